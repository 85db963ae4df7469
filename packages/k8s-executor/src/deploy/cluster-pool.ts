import type { DeploymentFile } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { connectCluster, type ConnectClusterResult } from '../cluster/connect-cluster.js';
import { readClusterUid } from '../record/cluster-uid.js';
import { placeIn, type ClusterChoice, type ClusterPorts, type OpenClusterResult } from './open-cluster.js';

/** Real clusters that several deployments share: each is connected to, and asked what it serves, once. */
export interface ClusterPool {
  /** As `openCluster`, but what it gives is closed with the pool. */
  open(
    file: DeploymentFile,
    choice: Pick<ClusterChoice, 'kubeconfig' | 'context' | 'namespace'>,
  ): Promise<OpenClusterResult>;
  /** As `readClusterUid`, asked once for each cluster. */
  uidOf(cluster: Cluster): Promise<string | null>;
  /** Ends all connections. */
  close(): Promise<void>;
}

export function createClusterPool(ports: ClusterPorts): ClusterPool {
  const connected = new Map<string, Promise<ConnectClusterResult>>();
  const uids = new Map<Cluster, Promise<string | null>>();
  function connect(
    kubeconfig: string | undefined,
    context: string | undefined,
  ): Promise<ConnectClusterResult> {
    const key = JSON.stringify([kubeconfig, context]);
    const known = connected.get(key);
    if (known !== undefined) return known;
    const connecting = connectCluster({
      ...ports,
      onSecret: (value) => ports.redactor?.add(value),
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
    connected.set(key, connecting);
    return connecting;
  }
  return {
    async open(file, choice) {
      const result = await connect(choice.kubeconfig, choice.context);
      return result.ok ? placeIn(result.cluster, file, choice) : result;
    },
    uidOf(cluster) {
      const uid = uids.get(cluster) ?? readClusterUid(cluster);
      uids.set(cluster, uid);
      return uid;
    },
    async close() {
      for (const result of await Promise.all(connected.values())) if (result.ok) result.cluster.close();
    },
  };
}
