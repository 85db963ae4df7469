import { createPriorityQueue, type Clock } from '@flotilla/core';

/** Time that passes only when nothing else can happen. Begins at 0, and goes on in whole milliseconds. */
export interface VirtualClock extends Clock {
  /**
   * Lets the world go on, from one moment that somebody waits for to the next, until `work` has settled. Rejects as it does, and when
   * it has not and nobody waits for anything any more, when it is not over at `lastMs`, or when somebody goes round and
   * round without letting time pass.
   */
  runUntil(work: Promise<unknown>, lastMs: number): Promise<void>;
}

const mostWakesAtOnce = 100_000;

interface Wait {
  readonly atMs: number;
  /** Decides among waits for the same moment. */
  readonly rank: number;
  readonly wake: () => void;
}

/**
 * A clock for a world without real input and output: all that happens at a moment is promises, and they are over when
 * the event loop turns. `random` decides in which order those wake who wait for the same moment.
 */
export function createVirtualClock(random: () => number): VirtualClock {
  let nowMs = 0;
  let wakesNow = 0;
  const open = new Set<Wait>();
  const queue = createPriorityQueue<Wait>((a, b) => a.atMs - b.atMs || a.rank - b.rank);
  const next = (): Wait | undefined => {
    for (let wait = queue.pop(); wait !== undefined; wait = queue.pop()) if (open.has(wait)) return wait;
    return undefined;
  };
  const until = (atMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = () => {
        open.delete(wait);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const wait: Wait = { atMs: Math.max(Math.ceil(atMs), nowMs), rank: random(), wake };
      signal?.addEventListener('abort', wake);
      if (atMs === Infinity) return;
      open.add(wait);
      queue.push(wait);
    });
  return {
    now: () => nowMs,
    until,
    runUntil: async (work, lastMs) => {
      const end = { yet: false };
      const finish = () => {
        end.yet = true;
      };
      work.then(finish, finish);
      for (;;) {
        await turn();
        if (end.yet) {
          await work;
          return;
        }
        const wait = next();
        if (wait === undefined) throw new Error(`stuck: at ${nowMs} ms nobody waits for anything`);
        if (wait.atMs > lastMs) throw new Error(`not over after ${lastMs} ms`);
        wakesNow = wait.atMs > nowMs ? 0 : wakesNow + 1;
        if (wakesNow > mostWakesAtOnce) throw new Error(`goes round and round at ${nowMs} ms`);
        nowMs = wait.atMs;
        wait.wake();
      }
    },
  };
}

/** After it every promise that could settle has. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
