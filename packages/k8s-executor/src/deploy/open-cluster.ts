import type { Clock, DeploymentFile, Refusal, Rehearsal } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { connectCluster } from '../cluster/connect-cluster.js';
import { connectTo } from '../cluster/connect-to.js';
import type { Environment } from '../cluster/environment.js';
import type { Redactor } from '../objects/redactor.js';
import { rehearsedGraceTimes, type GraceTimes } from '../failure/grace-times.js';

/** Which cluster somebody asked for. */
export interface ClusterChoice {
  /** The simulated cluster instead of a real one. */
  readonly embedded?: { readonly scenario?: Rehearsal; readonly speed?: number };
  readonly kubeconfig?: string;
  /** Said aloud: may differ from the file's `kube_context`. */
  readonly context?: string;
  readonly namespace?: string;
  /** Deadline for one try of a request; default 30,000. */
  readonly requestTimeoutMs?: number;
}

/** A cluster to deploy to, and where in it. */
export interface OpenedCluster {
  readonly cluster: Cluster;
  /** The namespace asked for, else the file's, else the context's. */
  readonly namespace: string;
  /** The cluster is as new as the run: nobody has had a chance to create the namespace, so runs have to (`createNamespace`). */
  readonly simulated: boolean;
  /** Set where failures are played by a rehearsal file: it says itself when each verdict falls (cli.md). */
  readonly grace?: GraceTimes;
  /** Ends connections, and the embedded cluster with them. */
  close(): Promise<void>;
}

export type OpenClusterResult =
  { readonly ok: true; readonly opened: OpenedCluster } | { readonly ok: false; readonly refusal: Refusal };

/** What a connection needs of the machine. */
export interface ClusterPorts {
  readonly clock: Clock;
  readonly environment: Environment;
  /** Learns the credentials. */
  readonly redactor?: Redactor;
}

/**
 * Connects to the cluster of the choice. Refuses (78) a context other than the file's `kube_context` unless
 * `choice.context` says it: nobody deploys to the wrong cluster by accident.
 */
export async function openCluster(
  file: DeploymentFile,
  choice: ClusterChoice,
  ports: ClusterPorts,
): Promise<OpenClusterResult> {
  if (choice.embedded !== undefined) return await openEmbedded(file, choice, ports.clock);
  const { kubeconfig, context, requestTimeoutMs } = choice;
  const connected = await connectCluster({
    environment: ports.environment,
    onSecret: (value) => ports.redactor?.add(value),
    clock: ports.clock,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  });
  if (!connected.ok) return connected;
  const { cluster } = connected;
  const placed = placeIn(cluster, file, choice);
  if (!placed.ok) cluster.close();
  return placed;
}

/** A place in a cluster that is connected to already. Refuses as `openCluster`; then the cluster stays open. */
export function placeIn(cluster: Cluster, file: DeploymentFile, choice: ClusterChoice): OpenClusterResult {
  const refusal = choice.context === undefined ? refuseOtherContext(file, cluster) : undefined;
  if (refusal !== undefined) return { ok: false, refusal };
  const namespace = choice.namespace ?? file.namespace ?? cluster.defaultNamespace;
  const close = () => {
    cluster.close();
    return Promise.resolve();
  };
  return { ok: true, opened: { cluster, namespace, simulated: false, close } };
}

function refuseOtherContext(file: DeploymentFile, cluster: Cluster): Refusal | undefined {
  const wanted = file.kubeContext?.value;
  if (wanted === undefined || wanted === cluster.context) return undefined;
  return {
    exitCode: 78,
    message: `${file.source.path} is for the kube context ${JSON.stringify(wanted)}, but the current one is ${JSON.stringify(cluster.context)}.`,
    help: `Switch to it, or say the other one aloud: --context ${cluster.context}`,
  };
}

// Loaded only when asked for: a deploy to a real cluster carries no simulation.
async function openEmbedded(
  file: DeploymentFile,
  choice: ClusterChoice,
  clock: Clock,
): Promise<OpenClusterResult> {
  const { startEmbeddedCluster } = await import('../embedded/index.js');
  const { scenario, speed } = choice.embedded ?? {};
  const embedded = await startEmbeddedCluster({
    clock,
    ...(scenario !== undefined && { scenario }),
    ...(speed !== undefined && { speed }),
  });
  const cluster = connectTo({
    server: embedded.server,
    context: 'embedded',
    defaultNamespace: 'default',
    clock,
  });
  const close = async () => {
    cluster.close();
    await embedded.close();
  };
  const namespace = choice.namespace ?? file.namespace ?? cluster.defaultNamespace;
  const grace = scenario === undefined ? {} : { grace: rehearsedGraceTimes };
  return { ok: true, opened: { cluster, namespace, simulated: true, ...grace, close } };
}
