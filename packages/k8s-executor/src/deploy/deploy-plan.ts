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
} from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { labelValue } from '../manifest/labels.js';
import { expectedDurations } from '../record/expected-durations.js';
import { hasOtherSecrets } from '../record/journal/has-other-secrets.js';
import { openJournal, type JournalMode } from '../record/journal/open-journal.js';
import { acquireLock, type AcquireLockResult } from '../record/lock/acquire-lock.js';
import { refuseMoved, type ApprovedPlan } from './approved-plan.js';
import { guardWrites, type GuardedCluster } from '../record/lock/guard-writes.js';
import type { HeldLock } from '../record/lock/held-lock.js';
import { readReceipt, type Receipt } from '../record/receipt.js';
import type { RunOrigin } from '../record/run-origin.js';
import { desiredDigest } from '../record/task-digests.js';
import { prepareRun, type PreparedRun, type PrepareRunOptions } from '../tasks/prepare-run.js';
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

type Refused = Extract<DeployPlanResult, { kind: 'wrong' | 'refused' }>;

interface Prepared {
  readonly kind: 'prepared';
  readonly run: PreparedRun;
  readonly pruning: Pruning;
  readonly durations: ExpectedDurations;
}

/** Renders, checks, and finds out what there is to prune; reads only. */
async function prepare(options: Options): Promise<Prepared | Refused> {
  const { plan, cluster, namespace, cancelled } = options;
  const [prepared, receipt] = await Promise.all([
    prepareRun({ ...options, ...(cancelled !== undefined && { signal: cancelled }) }),
    readReceipt(cluster, { deployment: plan.name, namespace }),
  ]);
  if (!prepared.ok) {
    if ('diagnostics' in prepared) return { kind: 'wrong', diagnostics: prepared.diagnostics };
    return { kind: 'refused', refusal: prepared.refusal };
  }
  const known: Receipt | undefined = receipt.ok ? receipt.value : undefined;
  // What was recorded is put back in the order of its dependencies: the file's steps have no say.
  const hints = options.recorded === undefined ? barrierHints(options.file, plan, known) : [];
  options.onDiagnostics?.([...prepared.run.diagnostics, ...hints]);
  const planned = await findPruning(options, prepared.run);
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  const durations = options.durations ?? expectedDurations(known);
  return { kind: 'prepared', run: prepared.run, pruning: planned.pruning, durations };
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

/** Everything that is written. */
async function deployLocked(
  options: Options,
  prepared: Prepared & { readonly evidence: readonly SavedEvidence[] },
  { lock, waited }: { readonly lock: HeldLock; readonly waited: boolean },
): Promise<DeployPlanResult> {
  const { plan, guard, redactor, sink } = options;
  // Whoever held the lock before has written since this run looked.
  if (waited) prepared.run.context.live.forget();
  const planned = waited ? await findPruning(options, prepared.run) : { ok: true as const, ...prepared };
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  const moved = await refuseUnapproved(options, prepared.run);
  if (moved !== undefined) return { kind: 'refused', refusal: moved };
  const begun = await openJournal({
    ...options,
    mode: options.mode ?? 'new',
    digests: new Map(plan.tasks.map(({ id }) => [id, desiredDigest(prepared.run.objectsOf(id))])),
    hasOtherSecrets: (task) => hasOtherSecrets(prepared.run.objectsOf(task), options.cluster),
    redact: (text) => redactor.redact(text),
  });
  if (!begun.ok) return stoppedOr(options, begun.refusal);
  const { run, series, journal, resumption } = begun.opened;
  try {
    const cancelled = eitherSignal(options.cancelled, lock.ended);
    const refusal = await prepared.run.openInventory(stoppable(options.cluster, cancelled));
    if (refusal !== undefined) {
      const stopped = stoppedOr(options, refusal);
      if (stopped.kind === 'stopped') await journal.end({ outcome: 'cancelled', at: 0 });
      return stopped;
    }
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
    const pruned = await planned.pruning.finish(ran, { cluster: options.cluster, cancelled });
    const told = { ...pruned, ...unansweredOf(guard) };
    const settled = await rollBackIfAsked(told, { ...options, run, cancelled }, prepared.run);
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
  options: Options & { readonly cancelled: AbortSignal },
  prepared: PreparedRun,
): Promise<RunSettled> {
  await writeReceipt(options, prepared, halted);
  if (halted.outcome !== 'halted' || options.onHalt !== 'rollback') return halted;
  const { tasks, done } = await rollBackRun(halted, {
    ...options,
    // What the part before has changed is this run's doing too, and only it knew.
    hasChanged: (task) =>
      (options.mode ?? 'new') !== 'new' || prepared.context.changedTasks.has(labelValue(task)),
    context: prepared.context,
    onNote: options.onNote ?? (() => undefined),
  });
  if (done !== undefined)
    await writeReceipt(options, done.prepared, { ...done.settled, outcome: halted.outcome });
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
