import { cancelSettled, runPlan, type CancelReason, type EventSink, type RunSettled } from '@flotilla/core';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { labelValue } from '../manifest/labels.js';
import type { OpenedJournal } from '../record/journal/open-journal.js';
import { acquireLock, type AcquireLockResult } from '../record/lock/acquire-lock.js';
import { guardWrites, type GuardedCluster } from '../record/lock/guard-writes.js';
import type { HeldLock } from '../record/lock/held-lock.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { createRedactor } from '../objects/redactor.js';
import { afterRemoval } from './after-removal.js';
import { beginRun, stoppedOr } from './begin-run.js';
import type { DeployPlanOptions, DeployPlanResult, GuardedOptions } from './deploy-options.js';
import { keepEvidence } from './keep-evidence.js';
import { prepare, type Prepared } from './prepare-deploy.js';
import { holdLast } from './pruning.js';
import { forgetRemoved, writeHistory, writeReceipt } from './record-end.js';
import { refuseMissingNamespace } from './refuse-missing-namespace.js';
import { rollBackRun } from './roll-back-run.js';
import { bothSinks, eitherSignal, unlessCancelled } from './run-plumbing.js';
import type { SavedEvidence } from './save-evidence.js';

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

type Held = Extract<AcquireLockResult, { kind: 'held' }>;

/** Everything that is written. */
async function deployLocked(
  options: GuardedOptions,
  prepared: Prepared & { readonly evidence: readonly SavedEvidence[] },
  held: Held,
): Promise<DeployPlanResult> {
  const { plan, guard, sink } = options;
  const cancelled = eitherSignal(options.cancelled, held.lock.ended);
  const begun = await beginRun({ ...options, cancelled }, prepared, held);
  if (begun.kind !== 'begun') return begun;
  const { run, series, journal, resumption, changedBefore } = begun;
  const left = new AbortController();
  const leave = async () => {
    left.abort();
    journal.stop();
    await held.lock.release();
  };
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
      runner: afterRemoval(prepared.run.runnerFor(series, leave), plan, journal),
      sink: holdLast(bothSinks(journal.sink, sink)),
      durations: prepared.durations,
      expected: prepared.expected,
      cancelled,
      resumption,
      unanswered: guard.unanswered,
    });
    // With the own namespace everything is gone that could be written to.
    if (left.signal.aborted) return endWith(ran, sink);
    const pruned = await begun.pruning.finish(ran, { cluster: options.cluster, cancelled });
    const told = { ...pruned, ...unansweredOf(guard) };
    const settled = await conclude(
      told,
      { ...options, run, cancelled, changedBefore, journal },
      prepared.run,
    );
    await journal.end(settled);
    const notForgotten = await forgetRemoved(settled, prepared.run);
    if (notForgotten !== undefined)
      options.onNote?.(`warning: records could not be removed: ${notForgotten}`);
    return endWith(settled, sink);
  } finally {
    journal.stop();
  }
}

function endWith(settled: RunSettled, sink: EventSink): DeployPlanResult {
  sink(settled);
  return { kind: 'settled', settled };
}

function unansweredOf({ unanswered }: GuardedCluster): Pick<RunSettled, 'unanswered'> {
  const writes = unanswered();
  return writes.length === 0 ? {} : { unanswered: writes };
}

/** Writes receipt and history; after `--on-halt rollback` what is true then is what they say. */
async function conclude(
  halted: RunSettled,
  options: GuardedOptions &
    Pick<OpenedJournal, 'changedBefore' | 'journal'> & { readonly cancelled: AbortSignal },
  prepared: PreparedRun,
): Promise<RunSettled> {
  if (halted.outcome !== 'halted' || options.onHalt !== 'rollback') {
    await Promise.all([writeReceipt(options, prepared, halted), writeHistory(options, prepared, halted)]);
    return halted;
  }
  await writeReceipt(options, prepared, halted);
  const { tasks, done } = await rollBackRun(halted, {
    ...options,
    // A resumed run is the same run: what its earlier parts have changed is its doing too.
    hasChanged: (task) =>
      options.changedBefore.has(task) || prepared.context.changedTasks.has(labelValue(task)),
    takeBack: (targets) => options.journal.takeBack(targets),
    context: prepared.context,
    onNote: options.onNote ?? (() => undefined),
  });
  if (done !== undefined) {
    await writeReceipt(options, done.prepared, { ...done.settled, outcome: halted.outcome });
    // Where the part before was good, its revision is the newest, but no longer what is deployed.
    await writeHistory(options, done.prepared, done.settled);
  }
  const rolledBack = { ...halted, ...unansweredOf(options.guard), rolledBack: tasks };
  const settled = options.cancelled.aborted ? cancelSettled(rolledBack, options.cancelled) : rolledBack;
  await writeHistory(options, prepared, settled);
  return settled;
}

/** Where there is no namespace there is nothing to lock and nowhere to write a journal: only a removal makes sense. */
async function removeWithoutRecords(
  options: GuardedOptions,
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
