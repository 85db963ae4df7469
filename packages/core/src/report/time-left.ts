import { longestChains } from '../domain/longest-chain.js';
import type { RunState, TaskState } from './run-state.js';

/** A task that takes this much longer than expected is not told from one that is late. */
const lateMs = 2_000;

/**
 * Milliseconds until the run is expected to have ended: the longest chain of what is left, or with a bound on the tasks in
 * flight what is left shared among them, whichever is more. Undefined when that is unknown: nothing is recorded of a task
 * that is to come, or one takes longer than it was expected to.
 */
export function timeLeft({ plan, tasks, expected, settled }: RunState, atMs: number): number | undefined {
  if (expected === undefined || settled !== undefined) return undefined;
  const left = new Map<string, number>();
  for (const task of tasks.values()) {
    const ms = leftOf(task, expected.durations.get(task.node.id), atMs);
    if (ms === undefined) return undefined;
    left.set(task.node.id, ms);
  }
  const chainMs = longestChains(plan, ({ id }) => left.get(id) ?? 0).lengthMs;
  const workMs = [...left.values()].reduce((sum, ms) => sum + ms, 0);
  return Math.max(chainMs, workMs / (expected.concurrency ?? Infinity));
}

function leftOf(
  { status, startedAt = 0 }: TaskState,
  expectedMs: number | undefined,
  atMs: number,
): number | undefined {
  if (status === 'settled') return 0;
  if (status === 'waiting' || expectedMs === undefined) return expectedMs;
  const elapsedMs = atMs - startedAt;
  return elapsedMs > expectedMs + lateMs ? undefined : Math.max(0, expectedMs - elapsedMs);
}

/** As people say it, e.g. `about 40 s left`; empty when it is unknown or next to nothing. */
export function formatTimeLeft(state: RunState, atMs: number): string {
  const ms = timeLeft(state, atMs);
  return ms === undefined || ms < 500 ? '' : `about ${roundly(ms)} left`;
}

function roundly(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds <= 10) return `${String(seconds)} s`;
  if (seconds < 118) return `${String(Math.round(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
