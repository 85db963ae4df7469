import type { Cluster } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel, labelValue } from '../manifest/labels.js';
import { mapBounded } from '../objects/map-bounded.js';
import { printFailure } from '../api-errors/print-failure.js';
import type { InventoryOwner } from './inventory.js';
import { recordLabel, recordName } from './record-names.js';

/** The inventory is last: as long as anything is left, a removal that is run again knows whose it is. */
const recordKinds = [
  ['apps/v1', 'ControllerRevision'],
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
] as const;

/**
 * Deletes what the cluster remembers of a deployment of which nothing else is left: history, receipt, journal,
 * inventory. The lock is its holder's to delete. Undefined when all is gone, else why not.
 */
export async function removeRecords(owner: InventoryOwner, cluster: Cluster): Promise<string | undefined> {
  for (const [apiVersion, kind] of recordKinds) {
    const found = await findRecords(owner, cluster, { apiVersion, kind });
    if (typeof found === 'string') return found;
    const own = recordName(owner.deployment);
    const [last, others] = [
      found.filter(({ metadata }) => metadata.name === own),
      found.filter(({ metadata }) => metadata.name !== own),
    ];
    const failure = (await deleteAll(others, cluster)) ?? (await deleteAll(last, cluster));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** By name too: labels of long names may mean several deployments. */
async function findRecords(
  { deployment, namespace }: InventoryOwner,
  cluster: Cluster,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): Promise<readonly KubeObject[] | string> {
  const resource = await cluster.resource(apiVersion, kind);
  if (!resource.ok || resource.value === undefined) return `the server does not tell of ${kind}s`;
  const listed = await cluster.list(resource.value, {
    namespace,
    labelSelector: `${deploymentLabel}=${labelValue(deployment)},${recordLabel}`,
  });
  if (!listed.ok)
    return listed.failure.kind === 'aborted' ? 'the request was stopped' : listed.failure.message;
  const own = recordName(deployment);
  return listed.value.filter(({ metadata }) => metadata.name === own || metadata.name.startsWith(`${own}.`));
}

async function deleteAll(objects: readonly KubeObject[], cluster: Cluster): Promise<string | undefined> {
  const unique = new Map(objects.map((object) => [keyOf(referenceOf(object)), object] as const));
  const failures = await mapBounded([...unique.values()], 16, async (object) => {
    const deleted = await cluster.delete(referenceOf(object));
    return deleted.ok ? undefined : printFailure(deleted.failure, object).cause;
  });
  return failures.find((failure) => failure !== undefined);
}
