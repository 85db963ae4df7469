import type { ExpectedDurations, TaskId } from '@flotilla/core';
import type { Receipt } from './receipt.js';

/**
 * How long tasks are expected to take, from when each was last changed; a task that nobody has seen counts as the mean
 * of the others. Without a receipt every task counts as 1 (semantics.md §2.2).
 */
export function expectedDurations(receipt: Receipt | undefined): ExpectedDurations {
  const known = recordedDurations(receipt);
  if (known.size === 0) return () => 1;
  const meanMs = [...known.values()].reduce((sum, ms) => sum + ms, 0) / known.size;
  return ({ id }) => known.get(id) ?? meanMs;
}

/** In milliseconds, of the tasks that have been seen to become ready. */
export function recordedDurations(receipt: Receipt | undefined): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(receipt?.tasks ?? {}).flatMap(([task, { durationMs }]) =>
      durationMs === null ? [] : [[task, durationMs] as const],
    ),
  );
}

/**
 * In milliseconds, what the tasks take in a run that asks this (`desiredDigest`) of them: nothing where that is what the
 * task was last good with, else as long as it took when it was last changed. Undefined when nothing was ever recorded; a
 * task that was never seen to become ready is left out.
 */
export function expectedInRun(
  receipt: Receipt | undefined,
  asked: ReadonlyMap<TaskId, string>,
): ReadonlyMap<TaskId, number> | undefined {
  if (receipt === undefined) return undefined;
  const durations = recordedDurations(receipt);
  return new Map(
    [...asked].flatMap(([task, digest]) => {
      const known = receipt.tasks[task];
      const isAsKnown = known?.desired === digest && known.live !== null;
      const ms = isAsKnown ? 0 : durations.get(task);
      return ms === undefined ? [] : [[task, ms] as const];
    }),
  );
}
