import type { Cluster } from '../cluster/cluster.js';

/**
 * What tells clusters apart: the UID of the namespace kube-system (nx.md §4). Names of contexts do not: `kind-kind` is
 * everyone's. Null where it may not be read.
 */
export async function readClusterUid(cluster: Pick<Cluster, 'get'>): Promise<string | null> {
  const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  return found.ok ? (found.value?.metadata.uid ?? null) : null;
}
