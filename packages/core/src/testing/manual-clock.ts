import type { Clock } from '../domain/clock.js';
import { createPriorityQueue } from '../domain/priority-queue.js';

/** A clock that a test moves by hand. It begins at 0. */
export interface ManualClock extends Clock {
  /**
   * Moves on to `atMs`, stopping at every instant on the way for which something waits, and lets what it wakes run
   * until nothing moves any more.
   */
  advanceTo(atMs: number): Promise<void>;
  /** Moves on from wait to wait until `work` has settled. Throws when it has not and nothing waits for the clock. */
  runUntil<Value>(work: Promise<Value>): Promise<Value>;
  /** How many waits for a time to come there are: 0 when no timer is left behind. */
  waiting(): number;
}

interface Wait {
  readonly atMs: number;
  readonly sequence: number;
  readonly resolve: () => void;
}

export function createManualClock(): ManualClock {
  let now = 0;
  let sequence = 0;
  const waits = createPriorityQueue<Wait>(
    (left, right) => left.atMs - right.atMs || left.sequence - right.sequence,
  );
  const open = new Set<Wait>();
  const nextWait = (): Wait | undefined => {
    for (let next = waits.peek(); next !== undefined && !open.has(next); next = waits.peek()) waits.pop();
    return waits.peek();
  };
  const wake = (atMs: number): void => {
    now = Math.max(now, atMs);
    for (let next = nextWait(); next !== undefined && next.atMs <= now; next = nextWait()) {
      open.delete(next);
      next.resolve();
    }
  };
  const advanceTo = async (atMs: number): Promise<void> => {
    await settleDown();
    for (let next = nextWait(); next !== undefined && next.atMs <= atMs; next = nextWait()) {
      wake(next.atMs);
      await settleDown();
    }
    now = Math.max(now, atMs);
  };
  return {
    now: () => now,
    waiting: () => open.size,
    advanceTo,
    until: (atMs, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      if (atMs <= now) return nextTurn();
      return new Promise((resolve) => {
        const end = (): void => {
          open.delete(wait);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const wait: Wait = { atMs, sequence: (sequence += 1), resolve: end };
        open.add(wait);
        if (atMs !== Infinity) waits.push(wait);
        signal?.addEventListener('abort', end, { once: true });
      });
    },
    runUntil: async (work) => {
      const done = { yet: false };
      const finish = (): void => {
        done.yet = true;
      };
      work.then(finish, finish);
      await settleDown();
      while (!done.yet) {
        const next = nextWait();
        if (next === undefined)
          throw new Error(`nothing waits for the clock at ${now} ms, and the work has not settled`);
        await advanceTo(next.atMs);
      }
      return work;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

// A driver takes a few turns of the event loop per instant: one for what is settled, one for what it starts, …
async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}
