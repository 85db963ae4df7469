import type { Clock } from '@flotilla/core';

interface Waiting {
  readonly atMs: number;
  readonly resolve: () => void;
}

/** Time that moves when told. Starts at 0. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #waiting = new Set<Waiting>();
  #onWait: () => void = () => undefined;

  now(): number {
    return this.#nowMs;
  }

  until(atMs: number, signal?: AbortSignal): Promise<void> {
    if (atMs <= this.#nowMs || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting: Waiting = {
        atMs,
        resolve: () => {
          this.#waiting.delete(waiting);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', waiting.resolve, { once: true });
      this.#onWait();
    });
  }

  /** Moves on and wakes whoever waited for a moment until then. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const waiting of [...this.#waiting]) if (waiting.atMs <= this.#nowMs) waiting.resolve();
  }

  /** Moves to the end of a wait of that many milliseconds from now, as soon as somebody waits so; resolves to its length. */
  async passWait(leastMs: number, mostMs: number): Promise<number> {
    for (;;) {
      const found = [...this.#waiting].map(({ atMs }) => atMs - this.#nowMs);
      const waitMs = found.find((ms) => ms >= leastMs && ms <= mostMs);
      if (waitMs !== undefined) {
        this.advance(waitMs);
        return waitMs;
      }
      await new Promise<void>((resolve) => {
        this.#onWait = resolve;
      });
    }
  }
}
