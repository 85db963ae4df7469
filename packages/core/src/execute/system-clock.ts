import { performance } from 'node:perf_hooks';
import type { Clock } from '../domain/clock.js';

// What setTimeout can hold: about 25 days.
const timerMsMax = 2 ** 31 - 1;

/**
 * The machine's monotonic clock. A wait keeps the process alive until it is over or its signal aborts, and leaves
 * nothing behind; a wait for `Infinity` holds no timer at all.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  until: (atMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const cancel = { timer: (): void => undefined };
      const end = (): void => {
        cancel.timer();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      signal?.addEventListener('abort', end, { once: true });
      waitFor(atMs, end, cancel);
    }),
};

// Timers may fire a little early, and far ones need several: so it looks again each time.
function waitFor(atMs: number, end: () => void, cancel: { timer: () => void }): void {
  if (atMs === Infinity) return;
  const leftMs = atMs - performance.now();
  if (leftMs <= 0) {
    const immediate = setImmediate(end);
    cancel.timer = () => {
      clearImmediate(immediate);
    };
    return;
  }
  const timer = setTimeout(
    () => {
      if (performance.now() >= atMs) end();
      else waitFor(atMs, end, cancel);
    },
    Math.min(leftMs, timerMsMax),
  );
  cancel.timer = () => {
    clearTimeout(timer);
  };
}
