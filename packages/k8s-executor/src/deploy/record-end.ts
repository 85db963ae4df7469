import { isCutShort, removeEnvironmentId, type Clock, type RunSettled, type TaskId } from '@flotilla/core';
import type { ApiResult } from '../cluster/api-failure.js';
import { recordHistory, type RecordHistoryOptions } from '../record/history/record-history.js';
import { recordRun, type RecordedRun } from '../record/record-run.js';
import { removeRecords } from '../record/remove-records.js';
import { jobIdentity } from '../tasks/jobs/job-identity.js';
import { createLiveObjects } from '../objects/live-objects.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { unlessHurried } from './run-plumbing.js';

/** What the end of a run is written down with. */
export interface RecordEndOptions extends Omit<
  RecordHistoryOptions & RecordedRun,
  'deployment' | 'objectsOf' | 'desiredDigestOf' | 'identityOf' | 'workflow' | 'settled' | 'live' | 'at'
> {
  readonly wallClock: () => Date;
  readonly clock: Clock;
  /** What cannot be written soon after is not waited for. */
  readonly cancelled: AbortSignal;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A run whose revisions could not be kept is as good as any other: it is only that nobody can go back to it. */
export async function writeHistory(
  options: RecordEndOptions,
  prepared: PreparedRun,
  settled: RunSettled,
): Promise<void> {
  const kept = keepRevisions({ ...options, settled, at: options.wallClock() }, prepared);
  await warnUnlessWritten('history', kept, { ...options, hurry: isCutShort(settled.outcome) });
}

/** A run without a receipt is as good as any other: it is only not known later what it did. */
export async function writeReceipt(
  options: RecordEndOptions,
  prepared: PreparedRun,
  settled: RunSettled,
): Promise<void> {
  const { cluster, clock, plan, namespace } = options;
  const live = createLiveObjects(cluster, clock, { deployment: plan.name, namespace });
  const objectsOf = (task: TaskId) => prepared.objectsOf(task);
  const desiredDigestOf = (task: TaskId) => prepared.desiredDigestOf(task);
  const identityOf = async (task: TaskId) => {
    const read =
      plan.tasks.find(({ id }) => id === task)?.kind === 'job' && (await prepared.context.key.read(cluster));
    return read !== false && read.ok ? jobIdentity(objectsOf(task), read.value) : undefined;
  };
  const at = options.wallClock();
  const written = recordRun({ ...options, settled, objectsOf, desiredDigestOf, identityOf, live, at });
  await warnUnlessWritten('receipt', written, { ...options, hurry: isCutShort(settled.outcome) });
}

async function warnUnlessWritten(
  what: string,
  work: Promise<ApiResult<unknown>>,
  options: Pick<RecordEndOptions, 'clock' | 'cancelled' | 'onNote'> & { readonly hurry: boolean },
): Promise<void> {
  const written = await unlessHurried(work, options);
  if (written?.ok === true) return;
  const failure = written?.failure ?? { kind: 'aborted' };
  const why = failure.kind === 'aborted' ? 'it was stopped' : failure.message;
  options.onNote?.(`warning: the ${what} could not be written: ${why}`);
}

/** Keeps the good revisions of a run. Tasks that it has rolled back have theirs already. */
async function keepRevisions(
  options: Omit<RecordHistoryOptions, 'deployment' | 'objectsOf' | 'desiredDigestOf' | 'workflow'> & {
    readonly plan: { readonly name: string; readonly workflow: string };
  },
  prepared: PreparedRun,
): Promise<ApiResult<unknown>> {
  const rolledBack = new Set((options.settled.rolledBack ?? []).map(({ task }) => task));
  const tasks = options.settled.tasks.filter(({ task }) => !rolledBack.has(task));
  return recordHistory({
    ...options,
    deployment: options.plan.name,
    workflow: options.plan.workflow,
    settled: { ...options.settled, tasks },
    objectsOf: (task) => prepared.objectsOf(task),
    desiredDigestOf: (task) => prepared.desiredDigestOf(task),
  });
}

/**
 * After a removal that has left nothing: forgets the deployment. Says why not when it could not; nothing when there
 * still is something to remember.
 */
export async function forgetRemoved(
  settled: RunSettled,
  { context }: PreparedRun,
): Promise<string | undefined> {
  const removal = settled.tasks.find(({ task }) => task === removeEnvironmentId);
  const isRemoved = removal?.outcome === 'succeeded' || removal?.outcome === 'unchanged';
  if (!isRemoved || settled.outcome !== 'succeeded') return undefined;
  context.membership.forget();
  const left = await context.membership.members();
  if (left.objects.length > 0 || left.unlisted.size > 0) return undefined;
  return removeRecords(context, context.cluster);
}
