import type { Clock, Refusal, TaskId } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelValue, taskLabel } from '../manifest/labels.js';
import { readHistory, readRevision } from '../record/history/read-history.js';
import type { HistoryPlace, StoredRevision } from '../record/history/revision.js';
import { emptyInventory, readInventory } from '../record/inventory.js';
import { listMembers } from '../record/list-members.js';
import { digestAnnotationOf } from '../objects/digest.js';
import { createLiveObjects } from '../objects/live-objects.js';

/** A good version of a task that is to be put back. */
export interface RollbackTarget {
  readonly revision: StoredRevision;
  /** As they were applied, in apply order. */
  readonly objects: readonly KubeObject[];
  /** What the cluster holds of the task now. */
  readonly live: readonly KubeObject[];
}

export interface RollbackRequest extends HistoryPlace {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Default: every task that is not what its newest good revision says. */
  readonly tasks?: readonly TaskId[];
  /** Without `tasks`: only these count, and it is no mistake when there is nothing to put back. */
  readonly among?: ReadonlySet<TaskId>;
  /** Revisions of this run do not count: they are what is to be taken back. */
  readonly notOf?: string;
  /** For one task: this revision. */
  readonly to?: number;
}

/** `asGood`: tasks that already are what they would go back to. */
export type FindTargetsResult =
  | { readonly ok: true; readonly targets: readonly RollbackTarget[]; readonly asGood: readonly TaskId[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Finds what a rollback puts back: of each task the newest good revision that differs from what the cluster was last
 * asked. So after a failed deploy that is the version before it, and after a good one the one before that. Jobs are
 * left out: what they did cannot be taken back. Refuses (65) when there is nothing to go back to.
 */
export async function findRollbackTargets(request: RollbackRequest): Promise<FindTargetsResult> {
  const history = await readHistory(request.cluster, request);
  if (!history.ok) return unread(history.failure);
  const good = history.value.filter(({ run }) => run !== request.notOf);
  const recorded = [...new Set(good.map(({ task }) => task))];
  const named =
    request.tasks ?? recorded.filter((task) => mayGoBack(task) && request.among?.has(task) !== false);
  const unknown = named.find((task) => !good.some((revision) => revision.task === task));
  if (unknown !== undefined)
    return refused(
      `${unknown} has no good revision to go back to.`,
      65,
      'flotilla history shows what there is.',
    );
  const job = named.find((task) => !mayGoBack(task));
  if (job !== undefined)
    return refused(`${job} cannot be rolled back: what a job did is not undone by running it again.`, 65);
  const live = await readLive(request);
  const targets: RollbackTarget[] = [];
  for (const task of named) {
    const revisions = good.filter((revision) => revision.task === task);
    const found = await findTarget(revisions, live.get(labelValue(task)) ?? [], request);
    if (!found.ok) return found;
    if (found.target !== undefined) targets.push(found.target);
  }
  const asGood = named.filter((task) => !targets.some(({ revision }) => revision.task === task));
  if (targets.length > 0 || request.among !== undefined) return { ok: true, targets, asGood };
  return refused(
    request.tasks === undefined
      ? 'every task is what its newest good revision says: there is nothing to put back.'
      : `${named.join(', ')} is what its only good revision says: there is nothing to go back to.`,
    65,
    'To go back further, name the task, or the revision too: flotilla rollback TASK --to REV',
  );
}

function mayGoBack(task: TaskId): boolean {
  return !task.startsWith('jobs.');
}

type FindTargetResult =
  | { readonly ok: true; readonly target: RollbackTarget | undefined }
  | { readonly ok: false; readonly refusal: Refusal };

async function findTarget(
  revisions: readonly StoredRevision[],
  live: readonly KubeObject[],
  request: RollbackRequest,
): Promise<FindTargetResult> {
  const { to, tasks, cluster } = request;
  const wanted = to === undefined ? revisions : revisions.filter(({ number }) => number === to);
  const task = revisions[0]?.task ?? '';
  if (to !== undefined && wanted.length === 0)
    return refused(
      `${task} has no revision ${String(to)}.`,
      65,
      `flotilla history ${task} shows those it has.`,
    );
  for (const [at, revision] of wanted.entries()) {
    const read = await readRevision(cluster, request, revision);
    if (!read.ok) return unread(read.failure);
    if (read.value === undefined)
      return refused(
        `revision ${String(revision.number)} of ${task} is not whole: part of it was deleted.`,
        65,
      );
    const isLive = isWhatWasAsked(read.value, live);
    if (!isLive || to !== undefined) return { ok: true, target: { revision, objects: read.value, live } };
    // Without a name only what is not at its newest good revision goes back.
    if (at === 0 && tasks === undefined) break;
  }
  return { ok: true, target: undefined };
}

/** True when the cluster was last asked for exactly these objects. */
function isWhatWasAsked(objects: readonly KubeObject[], live: readonly KubeObject[]): boolean {
  const asked = (each: readonly KubeObject[]) =>
    each.map((object) => `${keyOf(referenceOf(object))} ${digestAnnotationOf(object) ?? ''}`).sort();
  return JSON.stringify(asked(objects)) === JSON.stringify(asked(live));
}

async function readLive(request: RollbackRequest): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const { cluster, clock, deployment, namespace } = request;
  const found = await readInventory(request, cluster);
  const inventory = (found.ok ? found.inventory : undefined) ?? emptyInventory;
  const live = createLiveObjects(cluster, clock, { deployment, namespace });
  const members = await listMembers(inventory, {
    deployment,
    namespace,
    cluster,
    live,
    applyConcurrency: 16,
  });
  const byTask = new Map<string, KubeObject[]>();
  for (const object of members.objects) {
    const task = object.metadata.labels?.[taskLabel] ?? '';
    byTask.set(task, [...(byTask.get(task) ?? []), object]);
  }
  return byTask;
}

function printFailure(failure: ApiFailure): string {
  return `the history cannot be read: ${failure.kind === 'aborted' ? 'the request was stopped' : failure.message}`;
}

/** What is recorded may not be read (77), or nobody answers (69). */
function unread(failure: ApiFailure): { ok: false; refusal: Refusal } {
  const isForbidden = failure.kind === 'status' && failure.code === 403;
  return refused(printFailure(failure), isForbidden ? 77 : 69);
}

function refused(message: string, exitCode: 65 | 69 | 77, help?: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { exitCode, message, ...(help !== undefined && { help }) } };
}
