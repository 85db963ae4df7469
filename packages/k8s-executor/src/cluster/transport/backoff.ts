/** From the first delay to the longest one; each failure in a row doubles it. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait after the `failures`-th failure in a row (1 is the first), in milliseconds. `random` in [0, 1)
 * spreads it over the upper half, so that many clients that failed together do not come back together.
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const full = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random;
}
