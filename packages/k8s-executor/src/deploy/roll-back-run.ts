import {
  isCutShort,
  runPlan,
  type EventSink,
  type RolledBackTask,
  type RunSettled,
  type TaskId,
  type TaskOutcomeKind,
} from '@flotilla/core';
import type { TakenBack } from '../record/journal/journal-writer.js';
import type { PrepareRunOptions } from '../prepare/prepare-options.js';
import { prepareRun } from '../prepare/prepare-run.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import type { RunContext } from '../tasks/run-context.js';
import { keepEvidence } from './keep-evidence.js';
import { planPruning } from './pruning.js';
import { planRollback } from './rollback-plan.js';
import { unlessCancelled, type Stopped } from './run-plumbing.js';
import { collectPresentFailures } from './save-evidence.js';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { findRollbackTargets, type FindTargetsResult, type RollbackTarget } from './rollback-targets.js';

/** The run that was halted, under whose lock its changes are taken back. */
export interface RollBackOptions extends Omit<PrepareRunOptions, 'signal' | 'recorded'> {
  readonly run: string;
  readonly cancelled: AbortSignal;
  /** True for a task of which the run has changed an object in any of its parts, or may have. */
  readonly hasChanged: (task: TaskId) => boolean;
  /** Writes down what is to be put back, ahead of it; false when that could not be. */
  readonly takeBack: (targets: readonly TakenBack[]) => Promise<boolean>;
  /** Of the run that was halted. */
  readonly context: RunContext;
  /** Told what happens, one line at a time. */
  readonly onNote: (text: string) => void;
}

/** What was put back, and what is needed to write that down. */
export interface RolledBack {
  readonly tasks: readonly RolledBackTask[];
  /** Absent when nothing was put back. */
  readonly done?: {
    readonly prepared: PreparedRun;
    readonly settled: RunSettled;
    /** Something that this run had added to the tasks is still there, and why. */
    readonly leftover?: string;
  };
}

/**
 * Puts back the last good revision of exactly the tasks that a halted run has changed, and removes what it had added to
 * them, after what speaks against them was kept in the cluster. Jobs are not run again; a task that never was good stays
 * as it is.
 */
export async function rollBackRun(halted: RunSettled, options: RollBackOptions): Promise<RolledBack> {
  const changed = changedTasks(halted, options);
  const request = { ...options, deployment: options.plan.name, notOf: options.run };
  const found = await unlessCancelled(options.cancelled, findRollbackTargets({ ...request, among: changed }));
  const isFound = 'ok' in found && found.ok;
  const targets = isFound ? found.targets : [];
  const why = isFound ? 'it has no good revision to go back to' : whyNot(found);
  const known = new Set([...targets.map(({ revision }) => revision.task), ...(isFound ? found.asGood : [])]);
  const left = [...changed].filter((task) => !known.has(task));
  const leftTasks = left.map((task) => ({ task, revision: null, outcome: null, reason: why }));
  if (targets.length === 0) return { tasks: leftTasks };
  await saveEvidence(targets, options);
  const done = (await whyNotBegun(targets, options)) ?? (await applyTargets(targets, options));
  if (typeof done === 'string')
    return { tasks: [...leftTasks, ...targets.map((target) => undone(target, done))] };
  return { tasks: [...leftTasks, ...targets.map((target) => outcomeOf(target, done))], done };
}

/** Services and charts of which the run has changed something: what failed as it already was is not its doing. */
function changedTasks(
  halted: RunSettled,
  { hasChanged }: Pick<RollBackOptions, 'hasChanged'>,
): ReadonlySet<TaskId> {
  const tasks = halted.tasks.map(({ task }) => task);
  return new Set(tasks.filter((task) => isDeployed(task) && hasChanged(task)));
}

function whyNot(found: FindTargetsResult | Stopped): string {
  if ('kind' in found) return stoppedReason;
  return found.ok ? '' : found.refusal.message;
}

const stoppedReason = 'the run was cancelled before it was put back';

function isDeployed(task: TaskId): boolean {
  return task.startsWith('services.') || task.startsWith('charts.');
}

/** The pods that could tell go with the rollback. */
async function saveEvidence(targets: readonly RollbackTarget[], options: RollBackOptions): Promise<void> {
  const { cancelled, cluster, context } = options;
  const saved = await unlessCancelled(cancelled, collectPresentFailures(targets, context));
  if ('kind' in saved) return;
  await keepEvidence(saved, {
    ...options,
    deployment: options.plan.name,
    cluster: stoppable(cluster, cancelled),
  });
}

async function whyNotBegun(
  targets: readonly RollbackTarget[],
  { cancelled, takeBack }: RollBackOptions,
): Promise<string | undefined> {
  const told = targets.map(({ revision }) => ({ task: revision.task, revision: revision.number }));
  const written = await unlessCancelled(cancelled, takeBack(told));
  if (written === true) return undefined;
  return written === false ? 'the journal could not be written, so it was not begun' : stoppedReason;
}

/** How it ended; why nothing was put back as text. */
async function applyTargets(
  targets: readonly RollbackTarget[],
  options: RollBackOptions,
): Promise<Required<RolledBack>['done'] | string> {
  const { cluster, clock, run, cancelled, onNote } = options;
  const { plan, recorded } = planRollback(options.plan.name, targets);
  onNote(`the run was halted: putting back ${targets.map(({ revision }) => revision.task).join(', ')}`);
  const prepared = await unlessCancelled(
    cancelled,
    prepareRun({ ...options, plan, recorded, preflight: false }),
  );
  if ('kind' in prepared) return stoppedReason;
  if (!prepared.ok)
    return 'refusal' in prepared ? prepared.refusal.message : (prepared.diagnostics[0]?.message ?? 'unknown');
  const choice = { enabled: true, allowEmpty: true };
  const planned = await unlessCancelled(
    cancelled,
    planPruning({ clock, prepared: prepared.run, choice, onNote }),
  );
  if ('kind' in planned) return stoppedReason;
  if (!planned.ok) return planned.refusal.message;
  const refusal = await prepared.run.openInventory(stoppable(cluster, cancelled));
  if (refusal !== undefined) return hasAborted(cancelled) ? stoppedReason : refusal.message;
  const ran = await runPlan(plan, {
    run,
    cluster: cluster.server,
    runner: prepared.run.runnerFor(run),
    clock,
    sink: tellSettled(onNote),
    durations: () => 1,
    cancelled,
  });
  const settled = await planned.pruning.finish(ran, { cluster, cancelled });
  const leftover = planned.pruning.isNeeded ? whyLeft(settled) : undefined;
  return { prepared: prepared.run, settled, ...(leftover !== undefined && { leftover }) };
}

function whyLeft({ outcome, pruned }: RunSettled): string | undefined {
  if (pruned?.failure !== undefined) return pruned.failure;
  return isCutShort(outcome) ? 'the run was cancelled' : undefined;
}

function hasAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The events of a run are over: what happens now is told in notes. */
function tellSettled(onNote: (text: string) => void): EventSink {
  return (event) => {
    if (event.type === 'task-settled')
      onNote(`rollback: ${event.task} ${event.outcome.kind}: ${event.outcome.reason}`);
  };
}

/** A task is back when it is ready and nothing more than its revision says is there. */
function outcomeOf(
  { revision }: RollbackTarget,
  { settled, leftover }: Required<RolledBack>['done'],
): RolledBackTask {
  const { task, number } = revision;
  const summary = settled.tasks.find((each) => each.task === task);
  if (summary === undefined) return { task, revision: number, outcome: null, reason: 'it was not reached' };
  const { outcome, reason } = summary;
  if (leftover === undefined || !isReady(outcome)) return { task, revision: number, outcome, reason };
  const told = `${reason}; what had been added is not all removed: ${leftover}`;
  return {
    task,
    revision: number,
    outcome: isCutShort(settled.outcome) ? 'cancelled' : 'failed',
    reason: told,
  };
}

function isReady(outcome: TaskOutcomeKind): boolean {
  return outcome === 'succeeded' || outcome === 'unchanged' || outcome === 'recovered';
}

function undone({ revision }: RollbackTarget, reason: string): RolledBackTask {
  return { task: revision.task, revision: revision.number, outcome: null, reason };
}
