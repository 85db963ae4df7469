import type { ApiFailure } from '../../cluster/api-failure.js';
import type { SharedWatch } from '../../cluster/cluster.js';
import { progressing } from '../../readiness/readiness.js';
import type { Readiness } from '../../readiness/readiness.js';

/** Resolves when a watch knows its objects, or cannot get up: then there is something to say instead. */
export async function syncedOrTroubled(watch: SharedWatch): Promise<void> {
  let stop: (() => void) | undefined;
  const troubled = new Promise<void>((resolve) => {
    stop = watch.onTrouble?.(resolve);
  });
  if (watch.trouble?.() === undefined) await Promise.race([watch.synced, troubled]);
  stop?.();
}

/** What is said of an object that nothing is known of: that it was applied says nothing of how it does now. */
export function unseen(watch: SharedWatch): Readiness {
  const trouble = watch.trouble?.();
  return progressing(trouble === undefined ? 'it has not been looked at yet' : printTrouble(trouble));
}

/** A state as it was last seen, with why nothing newer is known. */
export function asLastSeen(readiness: Readiness, watch: SharedWatch | undefined): Readiness {
  const trouble = watch?.trouble?.();
  if (trouble === undefined || readiness.status !== 'progressing') return readiness;
  return { ...readiness, message: `${readiness.message}, as last seen; ${printTrouble(trouble)}` };
}

function printTrouble(failure: ApiFailure): string {
  if (failure.kind === 'aborted') return 'it is no longer watched';
  if (failure.kind === 'unreachable') return `the API server cannot be reached: ${failure.message}`;
  const why = `it cannot be watched: ${failure.message}`;
  return failure.code === 403 ? `${why} (waiting needs the right to list, better also to watch)` : why;
}
