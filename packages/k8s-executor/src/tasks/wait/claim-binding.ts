import { textOf } from '../../cluster/json.js';
import type { Cluster } from '../../cluster/cluster.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/**
 * True for a pending claim that gets its volume only when a pod uses it. Waiting for it would be for ever when the
 * pod comes after it.
 */
export async function waitsForConsumer(object: KubeObject, cluster: Cluster): Promise<boolean> {
  if (object.apiVersion !== 'v1' || object.kind !== 'PersistentVolumeClaim') return false;
  const name = textOf(part(object, 'spec'), 'storageClassName');
  if (name === '') return false;
  const found = await cluster.get({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name });
  return found.ok && found.value?.['volumeBindingMode'] === 'WaitForFirstConsumer';
}
