import { cancelSettled } from '@flotilla/core';
import type { Clock, EventSink, ObjectReference, PruneSummary, Refusal, RunSettled } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { Prunable } from '../record/find-prunable.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { pruneAfterRun } from './prune-after-run.js';
import { unlessCancelled } from './run-plumbing.js';

/** How a run prunes. */
export interface PruneChoice {
  /** False: `--no-prune`. */
  readonly enabled: boolean;
  /** `--allow-empty` */
  readonly allowEmpty: boolean;
  /** Asks a person whether claims, namespaces and CRDs may go too; absent where nobody can be asked. */
  readonly confirmStateful?: (objects: readonly ObjectReference[]) => Promise<boolean>;
}

export interface PruningOptions {
  readonly prepared: PreparedRun;
  readonly choice: PruneChoice;
  readonly clock: Clock;
  /** How long what is pruned may take to be gone; default: as a removal, 600,000. */
  readonly timeoutMs?: number;
  /** Told what happens, one line at a time. */
  readonly onNote: (text: string) => void;
}

/** What pruning writes through, and what stops it. */
export interface PruneThrough {
  readonly cluster: Cluster;
  readonly cancelled: AbortSignal;
}

/** What a run will prune, found out before it begins. */
export interface Pruning {
  /** Whether there is anything to delete. */
  readonly isNeeded: boolean;
  /**
   * Prunes after a run that went to its end, and trims the inventory; writes through `cluster`. The last event, with what
   * was pruned. A run that is cancelled meanwhile (with a CancelReason) ends as cancelled.
   */
  finish(settled: RunSettled, through: PruneThrough): Promise<RunSettled>;
}

/**
 * Finds out what to prune and asks about what cannot be brought back, before the first object is written. Refuses
 * when a task came out empty.
 */
export async function planPruning(
  options: PruningOptions,
): Promise<
  { readonly ok: true; readonly pruning: Pruning } | { readonly ok: false; readonly refusal: Refusal }
> {
  const { prepared, choice } = options;
  if (!choice.enabled)
    return { ok: true, pruning: { isNeeded: false, finish: (settled) => Promise.resolve(settled) } };
  const found = await prepared.findPrunable(choice);
  if (!found.ok) return found;
  for (const [kind, reason] of found.prunable.members.unlisted)
    options.onNote(`${kind} objects cannot be looked for, so none is pruned: ${reason}`);
  const prunable = await askAboutStateful(found.prunable, choice);
  return {
    ok: true,
    pruning: {
      isNeeded: prunable.doomed.length > 0,
      finish: (settled, through) => finish(settled, prunable, { ...options, ...through }),
    },
  };
}

async function askAboutStateful(prunable: Prunable, { confirmStateful }: PruneChoice): Promise<Prunable> {
  const stateful = prunable.kept.filter((kept) => kept.stateful).map(({ object }) => object);
  if (stateful.length === 0 || confirmStateful === undefined) return prunable;
  if (!(await confirmStateful(stateful.map(referenceOf)))) return prunable;
  return {
    ...prunable,
    doomed: [...prunable.doomed, ...stateful],
    kept: prunable.kept.filter((kept) => !kept.stateful),
  };
}

async function finish(
  settled: RunSettled,
  prunable: Prunable,
  { prepared, cluster, clock, cancelled, onNote, timeoutMs = 600_000 }: PruningOptions & PruneThrough,
): Promise<RunSettled> {
  const context = { ...prepared.context, cluster };
  const isComplete = settled.outcome === 'succeeded' || settled.outcome === 'degraded';
  // What a run that was cut short has left undone is the next one's.
  if (!isComplete) return settled;
  if (hasAborted(cancelled)) return cancelSettled(settled, cancelled);
  const begunAt = clock.now();
  const pruned = await pruneAfterRun(prunable, settled, { context, signal: cancelled, onNote, timeoutMs });
  const applied = settled.tasks.flatMap(({ task }) => prepared.objectsOf(task));
  // An inventory that is larger than it need be is trimmed by the next run.
  const trimmed = await unlessCancelled(
    cancelled,
    context.membership
      .trim({ removed: pruned.removed, applied })
      .then((refusal) => ({ kind: 'asked', refusal }) as const),
  );
  const refusal = trimmed.kind === 'asked' ? trimmed.refusal : undefined;
  if (refusal !== undefined) onNote(`warning: ${refusal.message}`);
  if (prunable.doomed.length + prunable.kept.length === 0) return settled;
  const durationMs = settled.durationMs + Math.round(clock.now() - begunAt);
  const ended = { ...settled, at: durationMs, durationMs, pruned: summaryOf(pruned) };
  if (hasAborted(cancelled)) return cancelSettled(ended, cancelled);
  const isFailed = pruned.failure !== undefined && settled.outcome === 'succeeded';
  return isFailed ? { ...ended, outcome: 'degraded', exitCode: 2 } : ended;
}

function hasAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function summaryOf(pruned: Awaited<ReturnType<typeof pruneAfterRun>>): PruneSummary {
  return {
    deleted: pruned.removed.map(referenceOf),
    kept: pruned.kept.map(({ object, reason }) => ({ object: referenceOf(object), reason })),
    ...(pruned.failure !== undefined && { failure: pruned.failure }),
  };
}

/** A sink that keeps the last event back, since what is done after it belongs into it. */
export function holdLast(sink: EventSink): EventSink {
  return (event) => {
    if (event.type !== 'run-settled') sink(event);
  };
}
