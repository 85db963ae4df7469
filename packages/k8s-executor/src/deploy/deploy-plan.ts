import {
  cancelSettled,
  runPlan,
  type CancelReason,
  type Clock,
  type DeploymentFile,
  type Diagnostic,
  type EventSink,
  type ExpectedDurations,
  type Plan,
  type Refusal,
  type RunSettled,
  type TaskId,
} from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { labelValue } from '../manifest/labels.js';
import { expectedDurations } from '../record/expected-durations.js';
import { hasOtherSecrets } from '../record/journal/has-other-secrets.js';
import {
  openJournal,
  refuseToResume,
  type JournalMode,
  type OpenedJournal,
} from '../record/journal/open-journal.js';
import { readJournal, type FoundJournal } from '../record/journal/read-journal.js';
import { acquireLock, type AcquireLockResult } from '../record/lock/acquire-lock.js';
import { refuseMoved, type ApprovedPlan } from './approved-plan.js';
import { guardWrites, type GuardedCluster } from '../record/lock/guard-writes.js';
import type { HeldLock } from '../record/lock/held-lock.js';
import { readReceipt, type Receipt } from '../record/receipt.js';
import type { RunOrigin } from '../record/run-origin.js';
import {
  prepareRun,
  type NotPrepared,
  type PreparedRun,
  type PrepareRunOptions,
} from '../tasks/prepare-run.js';
import { createRedactor, type Redactor } from '../tasks/redactor.js';
import { barrierHints } from './barrier-hints.js';
import type { RunContext } from '../tasks/run-context.js';
import { keepEvidence } from './keep-evidence.js';
import type { SavedEvidence } from './save-evidence.js';
import { forgetRemoved, writeHistory, writeReceipt } from './record-end.js';
import { rollBackRun } from './roll-back-run.js';
import { holdLast, planPruning, type PruneChoice, type Pruning } from './pruning.js';
import { refuseMissingNamespace } from './refuse-missing-namespace.js';
import { bothSinks, eitherSignal, unlessCancelled, type Stopped } from './run-plumbing.js';

/** A plan, the cluster it is for, and how to run it. */
export interface DeployPlanOptions extends Pick<
  PrepareRunOptions,
  | 'redactor'
  | 'preflight'
  | 'forceConflicts'
  | 'replace'
  | 'takeOwnership'
  | 'pruneStateful'
  | 'rerunJobs'
  | 'createNamespace'
  | 'grace'
  | 'onWarning'
  | 'runProgram'
  | 'newKey'
  | 'recorded'
  | 'images'
> {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Absolute: what the file's paths are relative to. */
  readonly directory: string;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  /** The time of day, for what is written into the cluster. */
  readonly wallClock: () => Date;
  /** Unique for this process: the run's name, unless it resumes one. */
  readonly run: string;
  readonly origin: RunOrigin;
  /** What a cache knows this run's result by (nx.md, "The cache must never lie" §1). */
  readonly token?: string;
  readonly sink: EventSink;
  /** Tasks in flight at the same time; absent: no bound. */
  readonly concurrency?: number;
  readonly durations?: ExpectedDurations;
  /** Aborts with a CancelReason. */
  readonly cancelled?: AbortSignal;
  readonly allowDegraded?: boolean;
  /** What somebody has approved: a run that is anything else by now is refused (65) under the lock, before its first object. */
  readonly approved?: Pick<ApprovedPlan, 'items'>;
  /** Default: prunes, asks nobody, refuses when a task came out empty. */
  readonly prune?: PruneChoice;
  /**
   * `resume`: goes on with the last run, which was killed or cut short (`--resume`). `take-over`: stops the run that is
   * under way and goes on in its place (`--take-over`). Default: a new run.
   */
  readonly mode?: JournalMode;
  /** How long to wait for another run (`--lock-timeout`); default 0. */
  readonly lockTimeoutMs?: number;
  /** How long a lock counts as held after its last renewal (`--lock-duration`); whole seconds, default 15,000. */
  readonly lockDurationMs?: number;
  /** What a halted run does with what it has changed (`--on-halt`); default: leaves it. */
  readonly onHalt?: 'rollback';
  /** Asked once everything is checked, before anything is written: what a rollback would take away, to be kept. */
  readonly collectEvidence?: (context: RunContext) => Promise<readonly SavedEvidence[]>;
  /** What people should be told between events: whose lock is waited for, what is resumed, what is being pruned. */
  readonly onNote?: (text: string) => void;
  /** Warnings and hints found while rendering and checking, before the first event. */
  readonly onDiagnostics?: (diagnostics: readonly Diagnostic[]) => void;
}

/** How it ended; or why no object was written: mistakes in the files, a refusal, or a cancellation before the run began. */
export type DeployPlanResult =
  | { readonly kind: 'settled'; readonly settled: RunSettled }
  | { readonly kind: 'wrong'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | Stopped;

/**
 * What `flotilla deploy`, `flotilla destroy` and `nx run app:deploy` do, from the files to the end of the run. Nothing is
 * written before everything is rendered and checked, no object before the lock is held, the journal begun and the
 * inventory widened, and nothing after the lock is released or lost.
 */
export async function deployPlan(asked: DeployPlanOptions): Promise<DeployPlanResult> {
  const guard = guardWrites(asked.cluster);
  const options = { ...asked, redactor: asked.redactor ?? createRedactor(), guard, cluster: guard.cluster };
  const prepared = await unlessCancelled(options.cancelled, prepare(options));
  if (prepared.kind !== 'prepared') return prepared;
  const evidence = await unlessCancelled(
    options.cancelled,
    options.collectEvidence?.(prepared.run.context) ?? Promise.resolve([]),
  );
  if ('kind' in evidence) return evidence;
  const refusal = await prepared.run.createNamespace(stoppable(asked.cluster, asked.cancelled));
  if (refusal !== undefined) return stoppedOr(options, refusal);
  const acquired = await lockDeployment(asked);
  switch (acquired.kind) {
    case 'refused':
      return acquired;
    case 'stopped':
      return { kind: 'stopped', reason: asked.cancelled?.reason as CancelReason, wrote: 'records' };
    case 'no-namespace':
      return await removeWithoutRecords(options, prepared);
    case 'held':
      guard.useLock(acquired.lock);
      try {
        return await deployLocked(options, { ...prepared, evidence }, acquired);
      } finally {
        await acquired.lock.release();
      }
  }
}

/** What could not be written because the run was cancelled meanwhile is no refusal. */
function stoppedOr({ cancelled }: Options, refusal: Refusal): Refused | Stopped {
  if (cancelled?.aborted !== true) return { kind: 'refused', refusal };
  return { kind: 'stopped', reason: cancelled.reason as CancelReason, wrote: 'records' };
}

type Options = DeployPlanOptions & { readonly redactor: Redactor; readonly guard: GuardedCluster };

type Held = Extract<AcquireLockResult, { kind: 'held' }>;

type Refused = Extract<DeployPlanResult, { kind: 'wrong' | 'refused' }>;

interface Prepared {
  readonly kind: 'prepared';
  readonly run: PreparedRun;
  readonly pruning: Pruning;
  readonly durations: ExpectedDurations;
  /** Of the last run's journal when this run looked: it changes with whatever a run does. */
  readonly journalVersion: string | undefined;
}

/** Renders, checks, and finds out what there is to prune; reads only. */
async function prepare(options: Options): Promise<Prepared | Refused> {
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
  return { kind: 'prepared', run: prepared.run, pruning: planned.pruning, durations, journalVersion };
}

function refusedAs(failed: NotPrepared): Refused {
  if ('diagnostics' in failed) return { kind: 'wrong', diagnostics: failed.diagnostics };
  return { kind: 'refused', refusal: failed.refusal };
}

function findPruning(options: Options, prepared: PreparedRun): ReturnType<typeof planPruning> {
  return planPruning({
    ...options,
    prepared,
    choice: options.prune ?? { enabled: true, allowEmpty: false },
    onNote: options.onNote ?? (() => undefined),
  });
}

function lockDeployment(asked: DeployPlanOptions): Promise<AcquireLockResult> {
  const { plan, cancelled, lockTimeoutMs, lockDurationMs, mode } = asked;
  return acquireLock({
    ...asked,
    deployment: plan.name,
    signal: cancelled,
    timeoutMs: lockTimeoutMs,
    durationMs: lockDurationMs,
    takeOver: mode === 'take-over',
  });
}

async function refuseUnapproved(
  { approved, prune }: Options,
  run: PreparedRun,
): Promise<Refusal | undefined> {
  if (approved === undefined) return undefined;
  run.context.live.forget();
  return await refuseMoved(approved, run, {
    prune: prune?.enabled ?? true,
    allowEmpty: prune?.allowEmpty ?? false,
  });
}

/** What a run goes by once it may write objects. */
interface Begun extends OpenedJournal {
  readonly kind: 'begun';
  readonly pruning: Pruning;
}

/**
 * All that comes between the lock and the first object. The journal of the run before stays as it is until nothing
 * speaks against this run any more.
 */
async function begin(
  options: Options,
  prepared: Prepared,
  { waited }: Pick<Held, 'waited'>,
): Promise<Begun | Refused | Stopped> {
  const { plan, redactor, cluster } = options;
  const { run } = prepared;
  const looked = await readJournal(options);
  if (!looked.ok) return stoppedOr(options, looked.refusal);
  const isNews = waited || versionOf(looked.found) !== prepared.journalVersion;
  const planned = isNews ? await lookAgain(options, run) : prepared;
  if (!('pruning' in planned)) return planned;
  const journaling = {
    ...options,
    mode: options.mode ?? 'new',
    digests: new Map(plan.tasks.map(({ id }) => [id, run.desiredDigestOf(id)])),
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
  options: Options,
  run: PreparedRun,
): Promise<Pick<Prepared, 'pruning'> | Refused | Stopped> {
  const failed = await unlessCancelled(options.cancelled, run.checkAgain());
  if (failed !== undefined && 'kind' in failed) return { ...failed, wrote: 'records' };
  if (failed !== undefined) return refusedAs(failed);
  const planned = await findPruning(options, run);
  return planned.ok ? { pruning: planned.pruning } : { kind: 'refused', refusal: planned.refusal };
}

function versionOf({ object }: FoundJournal): string | undefined {
  return object?.metadata.resourceVersion;
}

/** Everything that is written. */
async function deployLocked(
  options: Options,
  prepared: Prepared & { readonly evidence: readonly SavedEvidence[] },
  held: Held,
): Promise<DeployPlanResult> {
  const { plan, guard, sink } = options;
  const cancelled = eitherSignal(options.cancelled, held.lock.ended);
  const begun = await begin({ ...options, cancelled }, prepared, held);
  if (begun.kind !== 'begun') return begun;
  const { run, series, journal, resumption, changedBefore } = begun;
  try {
    await keepEvidence(prepared.evidence, {
      ...options,
      run,
      deployment: plan.name,
      cluster: stoppable(options.cluster, cancelled),
      onNote: options.onNote ?? (() => undefined),
    });
    const ran = await runPlan(plan, {
      ...options,
      run,
      cluster: options.cluster.server,
      runner: prepared.run.runnerFor(series),
      sink: holdLast(bothSinks(journal.sink, sink)),
      durations: prepared.durations,
      cancelled,
      resumption,
      unanswered: guard.unanswered,
    });
    const pruned = await begun.pruning.finish(ran, { cluster: options.cluster, cancelled });
    const told = { ...pruned, ...unansweredOf(guard) };
    const settled = await rollBackIfAsked(told, { ...options, run, cancelled, changedBefore }, prepared.run);
    await writeHistory({ ...options, run, cancelled }, prepared.run, settled);
    await journal.end(settled);
    const notForgotten = await forgetRemoved(settled, prepared.run);
    if (notForgotten !== undefined) options.onWarning?.(`records could not be removed: ${notForgotten}`);
    sink(settled);
    return { kind: 'settled', settled };
  } finally {
    journal.stop();
  }
}

function unansweredOf({ unanswered }: GuardedCluster): Pick<RunSettled, 'unanswered'> {
  const writes = unanswered();
  return writes.length === 0 ? {} : { unanswered: writes };
}

/** `--on-halt rollback`: what is true afterwards is what the receipt says. */
async function rollBackIfAsked(
  halted: RunSettled,
  options: Options & Pick<OpenedJournal, 'changedBefore'> & { readonly cancelled: AbortSignal },
  prepared: PreparedRun,
): Promise<RunSettled> {
  await writeReceipt(options, prepared, halted);
  if (halted.outcome !== 'halted' || options.onHalt !== 'rollback') return halted;
  const { tasks, done } = await rollBackRun(halted, {
    ...options,
    // A resumed run is the same run: what its earlier parts have changed is its doing too.
    hasChanged: (task) =>
      options.changedBefore.has(task) || prepared.context.changedTasks.has(labelValue(task)),
    context: prepared.context,
    onNote: options.onNote ?? (() => undefined),
  });
  if (done !== undefined) {
    await writeReceipt(options, done.prepared, { ...done.settled, outcome: halted.outcome });
    // Where the part before was good, its revision is the newest, but no longer what is deployed.
    await writeHistory(options, done.prepared, done.settled);
  }
  const settled = { ...halted, ...unansweredOf(options.guard), rolledBack: tasks };
  return options.cancelled.aborted ? cancelSettled(settled, options.cancelled) : settled;
}

/** Where there is no namespace there is nothing to lock and nowhere to write a journal: only a removal makes sense. */
async function removeWithoutRecords(
  options: Options,
  { run, durations }: Prepared,
): Promise<DeployPlanResult> {
  const { plan, guard, namespace, cluster } = options;
  if (plan.tasks.some(({ kind }) => kind !== 'remove-environment'))
    return { kind: 'refused', refusal: refuseMissingNamespace(namespace) };
  guard.useLock(unneededLock);
  const runner = run.runnerFor(options.run);
  return {
    kind: 'settled',
    settled: await runPlan(plan, { ...options, cluster: cluster.server, runner, durations }),
  };
}

const unneededLock: Pick<HeldLock, 'permit'> = {
  permit: () => Promise.resolve({ holds: () => true, ended: new AbortController().signal }),
};
