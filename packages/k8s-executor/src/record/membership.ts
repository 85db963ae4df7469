import type { DeploymentFile, Refusal } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { taskLabel } from '../manifest/labels.js';
import { partOfLabel } from './apply-set.js';
import {
  emptyInventory,
  isSameInventory,
  readInventory,
  widenInventory,
  writeInventory,
  type Inventory,
} from './inventory.js';
import {
  listMembers,
  memberTest,
  sweepMembers,
  type ListMembersContext,
  type Members,
} from './list-members.js';
import { dependenciesOf, type TaskDependencies } from './removal-order.js';

/** What a run does with the inventory of its deployment, in this order: open, members, trim. */
export interface Membership {
  /** Reads the inventory, without any write. A refusal says why it may not be used. */
  read(): Promise<Refusal | undefined>;
  /**
   * Write-ahead, once the lock is held: the inventory covers what was there and what this run will apply before it
   * applies any of it. `cluster` is what is written through from now on, so that a lost lock ends it.
   */
  open(cluster: Pick<Cluster, 'apply'>): Promise<Refusal | undefined>;
  /** What the deployment holds now. Reads the inventory unless that is done. */
  members(): Promise<Members>;
  /** Whoever asks for the members next is told which there are then. */
  forget(): void;
  /** The order between tasks, those included that the file no longer knows. */
  dependencies(): TaskDependencies;
  /** The inventory covers what is left, and no more. Looks again when there seems to be less. A failure leaves it larger than it need be. */
  trim(change: Change): Promise<Refusal | undefined>;
}

export interface MembershipOptions extends ListMembersContext {
  readonly file: Pick<DeploymentFile, 'services'>;
  /** All objects that this run will apply. */
  readonly objects: readonly KubeObject[];
  /** The run removes all there is, so that what is there must be known whatever it takes. */
  readonly removesAll: boolean;
  readonly takeOwnership: boolean;
}

/** What a run has done to the members. */
export interface Change {
  readonly removed: readonly KubeObject[];
  readonly applied: readonly KubeObject[];
}

/** Opens nothing yet. */
export function createMembership(options: MembershipOptions): Membership {
  const { objects, file, live } = options;
  let writer: Pick<Cluster, 'apply'> = options.cluster;
  let stored: Inventory | undefined;
  let inventory: Inventory | undefined;

  async function read(): Promise<Refusal | undefined> {
    const found = await readInventory(options, options.cluster, options);
    if (!found.ok) return found.refusal;
    stored = found.isForeign ? undefined : found.inventory;
    inventory =
      found.inventory ?? widenInventory(emptyInventory, options, { objects: await findEarlier(options) });
    return undefined;
  }

  /** Only of what will have members: the rest would be trimmed again. */
  function plannedDependencies(): TaskDependencies {
    const tasks = new Set(objects.map(taskOf));
    return new Map([...dependenciesOf(file)].filter(([task]) => tasks.has(task)));
  }

  async function write(next: Inventory): Promise<Refusal | undefined> {
    inventory = next;
    if (isSameInventory(stored, next) || (stored === undefined && next.kinds.size === 0)) return undefined;
    const refusal = await writeInventory(options, writer, next);
    if (refusal === undefined) stored = next;
    return refusal;
  }

  return {
    read,
    async open(cluster) {
      writer = cluster;
      const refusal = await read();
      const before = inventory ?? emptyInventory;
      return (
        refusal ??
        (await write(widenInventory(before, options, { objects, dependencies: plannedDependencies() })))
      );
    },
    async members() {
      if (inventory === undefined) await read();
      return listMembers(inventory ?? emptyInventory, options);
    },
    forget: () => {
      live.forget();
    },
    dependencies: () => new Map([...(inventory?.dependencies ?? []), ...dependenciesOf(file)]),
    async trim({ removed, applied }) {
      if (inventory === undefined) return undefined;
      const seen = await listMembers(inventory, options);
      const gone = new Set(removed.map(keyOfObject));
      const left = seen.objects.filter((object) => !gone.has(keyOfObject(object)));
      const expected = narrow(
        inventory,
        { objects: [...left, ...applied], unlisted: seen.unlisted },
        options,
      );
      if (isSameInventory(inventory, expected)) return undefined;
      // The lists may be from before the run; what they do not know must not be forgotten.
      live.forget();
      const fresh = await listMembers(inventory, options);
      const objects = [...fresh.objects, ...applied];
      return await write(narrow(inventory, { objects, unlisted: fresh.unlisted }, options));
    },
  };
}

/**
 * The members of a deployment that has no inventory: it was deployed before there were any, which shows in objects
 * with our labels and no ApplySet. To look through every kind is worth it only then.
 */
async function findEarlier(options: MembershipOptions): Promise<readonly KubeObject[]> {
  const found = await Promise.all(options.objects.map((object) => options.live.find(object)));
  const isMember = memberTest(options);
  const isEarlier = found.some(
    (live) => live !== undefined && isMember(live) && live.metadata.labels?.[partOfLabel] === undefined,
  );
  return isEarlier || options.removesAll ? sweepMembers(options) : [];
}

/** As much of the inventory as these members need, and what could not be looked at. */
function narrow(inventory: Inventory, members: Members, owner: MembershipOptions): Inventory {
  const unlisted = new Set(members.unlisted.keys());
  const isUnsure = unlisted.size > 0;
  const base = {
    kinds: unlisted,
    namespaces: isUnsure ? inventory.namespaces : new Set<string>(),
    dependencies: new Map<string, readonly string[]>(),
  };
  const tasks = new Set(members.objects.map(taskOf));
  const dependencies = [...inventory.dependencies].filter(([task]) => isUnsure || tasks.has(task));
  return widenInventory(base, owner, { objects: members.objects, dependencies: new Map(dependencies) });
}

function taskOf({ metadata }: KubeObject): string {
  return metadata.labels?.[taskLabel] ?? '';
}

function keyOfObject(object: KubeObject): string {
  return keyOf(referenceOf(object));
}
