import type { CancelReason, Refusal, TaskId } from '@flotilla/core';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { labelValue } from '../manifest/labels.js';
import { hasOtherSecrets } from '../record/journal/has-other-secrets.js';
import { openJournal, refuseToResume, type OpenedJournal } from '../record/journal/open-journal.js';
import { readJournal } from '../record/journal/read-journal.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { refuseMoved } from './approved-plan.js';
import type { GuardedOptions, Refused } from './deploy-options.js';
import { findPruning, refusedAs, versionOf, type Prepared } from './prepare-deploy.js';
import type { Pruning } from './pruning.js';
import { unlessCancelled, type Stopped } from './run-plumbing.js';

/** What a run goes by once it may write objects. */
export interface Begun extends OpenedJournal {
  readonly kind: 'begun';
  readonly pruning: Pruning;
}

/**
 * All that comes between the lock and the first object. The journal of the run before stays as it is until nothing
 * speaks against this run any more.
 */
export async function beginRun(
  options: GuardedOptions,
  prepared: Prepared,
  { waited }: { readonly waited: boolean },
): Promise<Begun | Refused | Stopped> {
  const { redactor, cluster } = options;
  const { run } = prepared;
  const looked = await readJournal(options);
  if (!looked.ok) return stoppedOr(options, looked.refusal);
  const isNews = waited || versionOf(looked.found) !== prepared.journalVersion;
  const planned = isNews ? await lookAgain(options, run) : prepared;
  if (!('pruning' in planned)) return planned;
  const journaling = {
    ...options,
    mode: options.mode ?? 'new',
    digests: prepared.digests,
    hasOtherSecrets: (task: TaskId) => hasOtherSecrets(run.objectsOf(task), cluster),
    hasChanged: (task: TaskId) => run.context.changedTasks.has(labelValue(task)),
    redact: (text: string) => redactor.redact(text),
  };
  const refusal =
    (await refuseUnapproved(options, run)) ??
    (await refuseToResume(looked.found, journaling)) ??
    (await run.openInventory(stoppable(cluster, options.cancelled)));
  if (refusal !== undefined) return stoppedOr(options, refusal);
  const begun = await openJournal(looked.found, journaling);
  if (!begun.ok) return stoppedOr(options, begun.refusal);
  return { kind: 'begun', pruning: planned.pruning, ...begun.opened };
}

/** Whoever held the lock in between has written since this run looked. */
async function lookAgain(
  options: GuardedOptions,
  run: PreparedRun,
): Promise<Pick<Prepared, 'pruning'> | Refused | Stopped> {
  const failed = await unlessCancelled(options.cancelled, run.checkAgain());
  if (failed !== undefined && 'kind' in failed) return { ...failed, wrote: 'records' };
  if (failed !== undefined) return refusedAs(failed);
  const planned = await findPruning(options, run);
  return planned.ok ? { pruning: planned.pruning } : { kind: 'refused', refusal: planned.refusal };
}

async function refuseUnapproved(
  { approved, prune }: GuardedOptions,
  run: PreparedRun,
): Promise<Refusal | undefined> {
  if (approved === undefined) return undefined;
  run.context.live.forget();
  return await refuseMoved(approved, run, {
    prune: prune?.enabled ?? true,
    allowEmpty: prune?.allowEmpty ?? false,
  });
}

/** What could not be written because the run was cancelled meanwhile is no refusal. */
export function stoppedOr({ cancelled }: GuardedOptions, refusal: Refusal): Refused | Stopped {
  if (cancelled?.aborted !== true) return { kind: 'refused', refusal };
  return { kind: 'stopped', reason: cancelled.reason as CancelReason, wrote: 'records' };
}
