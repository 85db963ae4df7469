import type { ExpectedDurations, Plan, TaskId } from '@flotilla/core';
import { expectedDurations, expectedInRun } from '../record/expected-durations.js';
import { readJournal, type FoundJournal } from '../record/journal/read-journal.js';
import { readReceipt, type Receipt } from '../record/receipt.js';
import { prepareRun } from '../prepare/prepare-run.js';
import type { NotPrepared, PreparedRun } from '../prepare/prepared-run.js';
import { barrierHints } from './barrier-hints.js';
import type { GuardedOptions, Refused } from './deploy-options.js';
import { planPruning, type Pruning } from './pruning.js';

/** A run that may take the lock: everything is rendered and checked, nothing is written. */
export interface Prepared {
  readonly kind: 'prepared';
  readonly run: PreparedRun;
  readonly pruning: Pruning;
  readonly durations: ExpectedDurations;
  readonly digests: ReadonlyMap<TaskId, string>;
  /** How long each task takes this time, where it is known. */
  readonly expected: ReadonlyMap<TaskId, number> | undefined;
  /** Of the last run's journal when this run looked: it changes with whatever a run does. */
  readonly journalVersion: string | undefined;
}

/** Renders, checks, and finds out what there is to prune; reads only. */
export async function prepare(options: GuardedOptions): Promise<Prepared | Refused> {
  const { plan, cluster, namespace, cancelled } = options;
  const [prepared, receipt, journal] = await Promise.all([
    prepareRun({ ...options, ...(cancelled !== undefined && { signal: cancelled }) }),
    readReceipt(cluster, { deployment: plan.name, namespace }),
    readJournal(options),
  ]);
  if (!prepared.ok) return refusedAs(prepared);
  const known: Receipt | undefined = receipt.ok ? receipt.value : undefined;
  // What was recorded is put back in the order of its dependencies: the file's steps have no say.
  const hints = options.recorded === undefined ? barrierHints(options.file, plan, known) : [];
  options.onDiagnostics?.([...prepared.run.diagnostics, ...hints]);
  const planned = await findPruning(options, prepared.run);
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  const durations = options.durations ?? expectedDurations(known);
  const journalVersion = journal.ok ? versionOf(journal.found) : undefined;
  const { run } = prepared;
  const digests = new Map(plan.tasks.map(({ id }) => [id, run.desiredDigestOf(id)] as const));
  const again = plan.tasks.filter(({ kind }) => kind === 'job' && options.rerunJobs === true);
  const expected = expectedInRun(known, new Map([...digests, ...again.map(({ id }) => [id, ''] as const)]));
  const { pruning } = planned;
  return { kind: 'prepared', run, pruning, durations, digests, expected, journalVersion };
}

/** Mistakes in the files, or the cluster's refusal. */
export function refusedAs(failed: NotPrepared): Refused {
  if ('diagnostics' in failed) return { kind: 'wrong', diagnostics: failed.diagnostics };
  return { kind: 'refused', refusal: failed.refusal };
}

/** What the run will prune as things are now. */
export function findPruning(options: GuardedOptions, prepared: PreparedRun): ReturnType<typeof planPruning> {
  return planPruning({
    ...options,
    prepared,
    timeoutMs: pruneTimeoutMs(options.plan),
    choice: options.prune ?? { enabled: true, allowEmpty: false },
    onNote: options.onNote ?? (() => undefined),
  });
}

/** That of a removal; where `--timeout` leaves all tasks less, so much. */
function pruneTimeoutMs({ tasks }: Plan): number {
  const removalMs = 600_000;
  return tasks.length === 0
    ? removalMs
    : Math.min(removalMs, Math.max(...tasks.map(({ timeoutMs }) => timeoutMs)));
}

/** Of the journal as it was found; undefined when there was none. */
export function versionOf({ object }: FoundJournal): string | undefined {
  return object?.metadata.resourceVersion;
}
