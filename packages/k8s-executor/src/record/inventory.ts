import type { Refusal } from '@flotilla/core';
import { isDenied, type ApiFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { isJsonObject, textOf } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import {
  applySetId,
  groupKindOf,
  kindsAnnotation,
  namespacesAnnotation,
  parentIdLabel,
  parseList,
  printList,
  toolOf,
  tooling,
  toolingAnnotation,
} from './apply-set.js';
import { recordLabels, recordName } from './record-names.js';

/** Whose inventory: the deployment's name and its own namespace. */
export interface InventoryOwner {
  readonly deployment: string;
  readonly namespace: string;
}

/**
 * Where the members of a deployment's ApplySet are to be looked for: never less than what there is. The members
 * themselves are the objects with the set's part-of label.
 */
export interface Inventory {
  /** As `contains-group-kinds` says them. */
  readonly kinds: ReadonlySet<string>;
  /** Those with members, the deployment's own left out. */
  readonly namespaces: ReadonlySet<string>;
  /** Labels of tasks by the label of a task that depends on them: the order of removals outlives the file. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

export const emptyInventory: Inventory = { kinds: new Set(), namespaces: new Set(), dependencies: new Map() };

/** The id of the deployment's ApplySet. */
export function inventoryId({ deployment, namespace }: InventoryOwner): string {
  return applySetId({ name: recordName(deployment), namespace });
}

/** Undefined when the deployment has none yet. `isForeign`: it is taken over, and must be written even if it covers all. */
export type ReadInventoryResult =
  | { readonly ok: true; readonly inventory: Inventory | undefined; readonly isForeign: boolean }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads the inventory. Refuses what KEP-3659 says not to touch: a ConfigMap of that name that is no ApplySet, that is
 * one of another tool, or that was copied from elsewhere; `takeOwnership` takes it all the same.
 */
export async function readInventory(
  owner: InventoryOwner,
  cluster: Pick<Cluster, 'get'>,
  { takeOwnership = false }: { readonly takeOwnership?: boolean } = {},
): Promise<ReadInventoryResult> {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', ...parentOf(owner) };
  const found = await cluster.get(reference);
  if (!found.ok) return { ok: false, refusal: inventoryRefusal(found.failure, owner) };
  if (found.value === undefined) return { ok: true, inventory: undefined, isForeign: false };
  const stranger = explainStranger(found.value, owner);
  if (stranger !== undefined && !takeOwnership) return { ok: false, refusal: stranger };
  return { ok: true, inventory: inventoryFrom(found.value), isForeign: stranger !== undefined };
}

/** Stores the inventory whole. A refusal says why it could not be; nothing may be applied then. */
export async function writeInventory(
  owner: InventoryOwner,
  cluster: Pick<Cluster, 'apply'>,
  inventory: Inventory,
): Promise<Refusal | undefined> {
  // What others wrote into our own record is no reason not to write it.
  const written = await cluster.apply(inventoryObject(owner, inventory), { force: true });
  return written.ok ? undefined : inventoryRefusal(written.failure, owner);
}

/** The inventory that also covers these objects and these dependencies. */
export function widenInventory(
  inventory: Inventory,
  owner: InventoryOwner,
  more: { readonly objects: readonly KubeObject[]; readonly dependencies?: Inventory['dependencies'] },
): Inventory {
  const namespaces = more.objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  return {
    kinds: new Set([...inventory.kinds, ...more.objects.map(groupKindOf)]),
    namespaces: new Set([
      ...inventory.namespaces,
      ...namespaces.filter((namespace) => namespace !== owner.namespace),
    ]),
    dependencies: new Map([...inventory.dependencies, ...(more.dependencies ?? [])]),
  };
}

/** True when storing `b` over `a` would change nothing. */
export function isSameInventory(a: Inventory | undefined, b: Inventory): boolean {
  return a !== undefined && JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b));
}

function parentOf({ deployment, namespace }: InventoryOwner) {
  return { name: recordName(deployment), namespace };
}

function contentOf({ kinds, namespaces, dependencies }: Inventory) {
  const sorted = [...dependencies].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kinds: printList(kinds),
    namespaces: printList(namespaces),
    dependencies: JSON.stringify(Object.fromEntries(sorted)),
  };
}

function inventoryObject(owner: InventoryOwner, inventory: Inventory): KubeObject {
  const { kinds, namespaces, dependencies } = contentOf(inventory);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...parentOf(owner),
      labels: { ...recordLabels(owner.deployment, 'inventory'), [parentIdLabel]: inventoryId(owner) },
      annotations: {
        [toolingAnnotation]: tooling,
        [kindsAnnotation]: kinds,
        [namespacesAnnotation]: namespaces,
      },
    },
    data: { dependencies },
  };
}

function inventoryFrom({ metadata, data }: KubeObject): Inventory {
  return {
    kinds: parseList(metadata.annotations?.[kindsAnnotation]),
    namespaces: parseList(metadata.annotations?.[namespacesAnnotation]),
    dependencies: parseDependencies(isJsonObject(data) ? textOf(data, 'dependencies') : ''),
  };
}

/** What somebody has broken by hand counts as nothing: the order of removals is then the file's alone. */
function parseDependencies(text: string): Inventory['dependencies'] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isJsonObject(parsed)) return new Map();
    return new Map(
      Object.entries(parsed).map(([task, on]) => [task, Array.isArray(on) ? on.map(String) : []] as const),
    );
  } catch {
    return new Map();
  }
}

function explainStranger({ metadata }: KubeObject, owner: InventoryOwner): Refusal | undefined {
  const name = `ConfigMap ${owner.namespace}/${recordName(owner.deployment)}`;
  const id = metadata.labels?.[parentIdLabel];
  const by = metadata.annotations?.[toolingAnnotation];
  const tool = by === undefined ? undefined : toolOf(by);
  const help = 'Rename the deployment (name: in the file), or take it over: --take-ownership';
  if (id === undefined)
    return { exitCode: 65, message: `${name} is there, but it is no inventory of Flotilla.`, help };
  if (tool !== toolOf(tooling)) {
    const whose = tool === undefined ? 'an unknown tool' : tool;
    return {
      exitCode: 65,
      message: `${name} is the parent of an ApplySet that ${whose} manages: Flotilla leaves it alone.`,
      help,
    };
  }
  if (id === inventoryId(owner)) return undefined;
  const message = `${name} carries the id of another ApplySet (${id}): it was copied from another namespace or name.`;
  return {
    exitCode: 65,
    message,
    help: 'Delete the copy, or make it the inventory of this deployment: --take-ownership',
  };
}

function inventoryRefusal(failure: ApiFailure, owner: InventoryOwner): Refusal {
  const name = `the inventory (ConfigMap ${owner.namespace}/${recordName(owner.deployment)})`;
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  const message = `${name} cannot be read or written: ${why}`;
  if (!isDenied(failure)) return { exitCode: 69, message };
  return {
    exitCode: 77,
    message,
    help: 'Without it nobody would know later what belongs to this deployment. Ask for the rights in docs/rbac.md, or for a policy that lets it be written.',
  };
}
