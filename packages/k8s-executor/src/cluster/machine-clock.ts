import { performance } from 'node:perf_hooks';
import type { Clock } from '@flotilla/core';

/** Node's longest timer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's monotonic clock. */
export const machineClock: Clock = {
  now: () => performance.now(),
  until: (atMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const waitMs = Math.max(0, Math.ceil(atMs - performance.now()));
      const timer = setTimeout(end, Math.min(waitMs, LONGEST_TIMER_MS));
      signal?.addEventListener('abort', end);
    }),
};
