import type { Clock } from '@flotilla/core';

/** Another machine's clock: it shows another time and may run faster or slower than the one it is made from. */
export function skewedClock(
  clock: Clock,
  { offsetMs, rate = 1 }: { readonly offsetMs: number; readonly rate?: number },
): Clock {
  return {
    now: () => clock.now() * rate + offsetMs,
    until: (atMs, signal) => clock.until((atMs - offsetMs) / rate, signal),
  };
}
