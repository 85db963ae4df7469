import { setMaxListeners } from 'node:events';
import type { KeyAndCertificate } from '../control-plane/certificates.js';
import type { KubeClient } from '../kube-client/kube-client.js';
import { Kubelet } from './kubelet.js';
import { balanceLoad } from './load-balancer.js';
import { startLogServer } from './log-server.js';
import { patientClient } from './patient-client.js';
import { Outages } from './outages.js';
import { nodeNames, registerNode, reportNode, renewNodeLease } from './nodes.js';
import { defaultNodeSettings, type NodeSettings } from './settings.js';
import { createStorageClass, provisionVolumes } from './volume-provisioner.js';

export interface SimulatedNodes {
  /** What should not have happened: requests that the API server refused for no reason that is expected. */
  readonly errors: readonly unknown[];
  /** From now on nothing is heard of a node and its pods; the function that is returned brings it back. */
  loseNode(name: string): () => Promise<void>;
  /** Ends every watch, timer and connection. The nodes stay registered. */
  stop(): Promise<void>;
}

export interface SimulatedNodesOptions {
  /** Closed with the nodes. */
  readonly client: KubeClient;
  /** What the kubelet's endpoint for logs serves with. */
  readonly identity: KeyAndCertificate;
  readonly settings?: Partial<NodeSettings>;
}

/**
 * Plays what is missing when only the control plane runs: kubelets (pod status, events, logs, leases), a volume
 * provisioner and a load balancer. It never runs a container. Resolves when every node is ready.
 */
export async function startSimulatedNodes(options: SimulatedNodesOptions): Promise<SimulatedNodes> {
  const settings = { ...defaultNodeSettings, ...options.settings };
  const end = new AbortController();
  // Every pod that terminates and every volume under way listens to it.
  setMaxListeners(0, end.signal);
  const client = patientClient(options.client, end.signal);
  const errors: unknown[] = [];
  const onError = (error: unknown) => {
    // Failures after the abort are how what is under way ends, e.g. the renewal of a lease.
    if (!end.signal.aborted) errors.push(error);
  };
  const common = { signal: end.signal, onError, delayMs: settings.startMs };
  const outages = new Outages();
  const kubelet = new Kubelet(client, { ...common, settings, outages });
  const logs = await startLogServer({ identity: options.identity, settings, pods: kubelet.pods });
  const names = nodeNames(settings.nodes);
  await createStorageClass(client);
  await Promise.all(names.map((name) => registerNode(client, name, logs.port)));
  const renewal = setInterval(() => {
    for (const name of names) if (!outages.isAway(name)) renewNodeLease(client, name).catch(onError);
  }, settings.heartbeatMs);
  const parts = [kubelet.run(), provisionVolumes(client, common), balanceLoad(client, common)];
  const running = Promise.all(parts.map((part) => part.catch(onError)));
  return {
    errors,
    loseNode: (name) => {
      outages.begin(name);
      return async () => {
        outages.end(name);
        await reportNode(client, name, logs.port);
      };
    },
    stop: async () => {
      clearInterval(renewal);
      end.abort();
      for (const name of names) outages.end(name);
      await running;
      logs.close();
      client.close();
    },
  };
}
