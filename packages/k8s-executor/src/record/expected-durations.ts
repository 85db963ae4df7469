import type { ExpectedDurations } from '@flotilla/core';
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
