import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel, labelValue } from '../manifest/labels.js';
import type { ReceiptPlace } from './receipt.js';
import { recordLabel, recordName } from './record-names.js';

/**
 * `get` of a cluster, with one request for what is remembered of a deployment (inventory, journal, receipt) when the first
 * of them is asked for: a batch proves many. What the list does not hold, or who may not list, is asked for by itself.
 */
export function recordsAtOnce(
  cluster: Pick<Cluster, 'get' | 'list' | 'resource'>,
  place: ReceiptPlace,
): Cluster['get'] {
  const names = [[], ['journal'], ['receipt']].map((part) => recordName(place.deployment, ...part));
  let listed: Promise<ReadonlyMap<string, KubeObject>> | undefined;
  return async (reference, signal) => {
    const { kind, namespace, name } = reference;
    const isRecord = kind === 'ConfigMap' && namespace === place.namespace && names.includes(name);
    if (!isRecord) return await cluster.get(reference, signal);
    listed ??= listRecords(cluster, place);
    const known = (await listed).get(name);
    return known === undefined ? await cluster.get(reference, signal) : { ok: true, value: known };
  };
}

async function listRecords(
  cluster: Pick<Cluster, 'list' | 'resource'>,
  { deployment, namespace }: ReceiptPlace,
): Promise<ReadonlyMap<string, KubeObject>> {
  const resource = await cluster.resource('v1', 'ConfigMap');
  if (!resource.ok || resource.value === undefined) return new Map();
  const labelSelector = `${deploymentLabel}=${labelValue(deployment)},${recordLabel} in (inventory,journal,receipt)`;
  const listed = await cluster.list(resource.value, { namespace, labelSelector });
  return new Map(listed.ok ? listed.value.map((object) => [object.metadata.name, object]) : []);
}
