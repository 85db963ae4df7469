import { listOf, textOf } from '../cluster/json.js';
import type { ApiResult } from '../cluster/api-failure.js';
import type { Cluster, Resource } from '../cluster/cluster.js';
import { keyOf, part, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf } from '../manifest/kind-scope.js';
import { deploymentLabel, digestAnnotation, labelValue, namespaceLabel } from '../manifest/labels.js';
import type { LiveObjects } from '../objects/live-objects.js';
import { mapBounded } from '../objects/map-bounded.js';
import { groupKindOf, partOfLabel } from './apply-set.js';
import { inventoryId, type Inventory, type InventoryOwner } from './inventory.js';

/** What an inventory holds at this moment. */
export interface Members {
  readonly objects: readonly KubeObject[];
  /** Kinds that could not be looked at; there may be members of them. Each with the reason. */
  readonly unlisted: ReadonlyMap<string, string>;
}

export interface ListMembersContext extends InventoryOwner {
  readonly cluster: Cluster;
  readonly live: LiveObjects;
  readonly applyConcurrency: number;
}

/**
 * Tells the objects that this deployment has applied and that nobody else has taken since: with our labels and our
 * digest, not a controller's child, in no other ApplySet. One without any ApplySet is from before there were
 * inventories; it is ours when the labels can mean no other deployment.
 */
export function memberTest(owner: InventoryOwner): (object: KubeObject) => boolean {
  const [deployment, namespace] = [labelValue(owner.deployment), labelValue(owner.namespace)];
  const ownSet = inventoryId(owner);
  return ({ metadata }) => {
    const labels = metadata.labels ?? {};
    if (labels[deploymentLabel] !== deployment || labels[namespaceLabel] !== namespace) return false;
    // Controllers copy labels and annotations of an object to what they make of it.
    const isChild = listOf(metadata, 'ownerReferences').some(({ controller }) => controller === true);
    if (isChild || metadata.annotations?.[digestAnnotation] === undefined) return false;
    const set = labels[partOfLabel];
    return set === undefined ? deployment === owner.deployment : set === ownSet;
  };
}

/** Lists the members, one LIST per kind and namespace. A kind whose API is gone has no objects left. */
export async function listMembers(inventory: Inventory, context: ListMembersContext): Promise<Members> {
  const unlisted = new Map<string, string>();
  const resources = await resourcesOf(inventory.kinds, context.cluster, unlisted);
  const namespaces = [context.namespace, ...inventory.namespaces];
  const places = resources.flatMap((resource) =>
    (resource.namespaced ? namespaces : [undefined]).map((namespace) => ({ resource, namespace })),
  );
  const lists = await mapBounded(places, context.applyConcurrency, async ({ resource, namespace }) => {
    const listed = await context.live.list(resource, namespace);
    if (listed.ok) return listed.value;
    // Its CRD went after discovery had told of it, as it does when this very run removes it.
    if (listed.failure.kind === 'status' && listed.failure.code === 404) return [];
    unlisted.set(groupKindOf(resource), printReason(listed));
    return [];
  });
  return { objects: uniqueMembers(lists.flat(), context), unlisted };
}

/**
 * Looks through every kind that the server serves, for deployments from before there were inventories. What may not
 * be listed is left out: nothing says that there is anything.
 */
export async function sweepMembers(context: ListMembersContext): Promise<readonly KubeObject[]> {
  const all = await context.cluster.resources();
  if (!all.ok) return [];
  const kinds = firstOfEachKind(all.value).filter(
    ({ kind, verbs }) => kind !== 'Event' && verbs.includes('list') && verbs.includes('delete'),
  );
  const lists = await mapBounded(kinds, context.applyConcurrency, async (resource) => {
    const listed = await context.live.list(resource, undefined);
    return listed.ok ? listed.value : [];
  });
  return uniqueMembers(lists.flat(), context);
}

/** Some objects are served under two groups (events, once ingresses): one of them is enough. */
function uniqueMembers(objects: readonly KubeObject[], owner: InventoryOwner): readonly KubeObject[] {
  const members = objects.filter(memberTest(owner));
  return [...new Map(members.map((object) => [keyOf(referenceOf(object)), object])).values()];
}

async function resourcesOf(
  kinds: ReadonlySet<string>,
  cluster: Cluster,
  unlisted: Map<string, string>,
): Promise<readonly Resource[]> {
  if (kinds.size === 0) return [];
  const all = await cluster.resources();
  if (!all.ok) {
    for (const kind of kinds) unlisted.set(kind, printReason(all));
    return [];
  }
  const served = new Map(firstOfEachKind(all.value).map((each) => [groupKindOf(each), each] as const));
  const missing = [...kinds].filter((kind) => !served.has(kind));
  const down = await groupsThatAreDown(missing, cluster);
  for (const kind of missing.filter((each) => down === 'unknown' || down.has(groupOfKind(each))))
    unlisted.set(kind, 'its API does not answer');
  return [...kinds].flatMap((kind) => served.get(kind) ?? []);
}

/**
 * A kind that is not served was deleted with all its objects, or its own API server is down: then an APIService still
 * speaks for the group.
 */
async function groupsThatAreDown(
  kinds: readonly string[],
  cluster: Cluster,
): Promise<ReadonlySet<string> | 'unknown'> {
  if (kinds.length === 0) return new Set();
  const resource = await cluster.resource('apiregistration.k8s.io/v1', 'APIService');
  if (!resource.ok) return 'unknown';
  if (resource.value === undefined) return new Set();
  const listed = await cluster.list(resource.value, {});
  if (!listed.ok) return 'unknown';
  return new Set(listed.value.filter(isUnavailable).map((service) => textOf(part(service, 'spec'), 'group')));
}

function isUnavailable(service: KubeObject): boolean {
  return listOf(part(service, 'status'), 'conditions').some(
    (condition) => condition['type'] === 'Available' && condition['status'] !== 'True',
  );
}

function groupOfKind(groupKind: string): string {
  const dot = groupKind.indexOf('.');
  return dot === -1 ? '' : groupKind.slice(dot + 1);
}

/** A kind is served in several versions; the first is the preferred one. */
function firstOfEachKind(resources: readonly Resource[]): readonly Resource[] {
  const first = new Map<string, Resource>();
  for (const resource of resources) {
    const key = `${groupOf(resource.apiVersion)}/${resource.kind}`;
    if (!first.has(key)) first.set(key, resource);
  }
  return [...first.values()];
}

function printReason(result: ApiResult<unknown> & { readonly ok: false }): string {
  return result.failure.kind === 'aborted' ? 'the request was stopped' : result.failure.message;
}
