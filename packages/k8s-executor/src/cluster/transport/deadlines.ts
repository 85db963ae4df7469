import type { Clock } from '@flotilla/core';

/** An instant after which nobody waits any more. */
export interface Deadline {
  hasPassed(): boolean;
  /** It will not pass any more. */
  stop(): void;
}

interface Running {
  readonly atMs: number;
  readonly pass: () => void;
}

/**
 * The deadlines of many requests on one timer. Nearly every request is answered long before, and a timer of its own
 * costs as much as a fifth of sending it.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #running = new Set<Running>();
  /** Never later than the first of those that run; may be earlier, when that one has been stopped. */
  #timer: { readonly atMs: number; readonly stopped: AbortController } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once when `timeoutMs` are over, unless it is stopped before. */
  start(timeoutMs: number, onPassed: () => void): Deadline {
    let passed = false;
    const pass = () => {
      passed = true;
      onPassed();
    };
    const running = { atMs: this.#clock.now() + timeoutMs, pass };
    this.#running.add(running);
    if (this.#timer === undefined || running.atMs < this.#timer.atMs) this.#setTimer(running.atMs);
    return {
      hasPassed: () => passed,
      stop: () => {
        this.#running.delete(running);
        // A timer keeps the process alive.
        if (this.#running.size === 0) this.#clearTimer();
      },
    };
  }

  #setTimer(atMs: number): void {
    this.#clearTimer();
    const stopped = new AbortController();
    this.#timer = { atMs, stopped };
    void this.#clock.until(atMs, stopped.signal).then(() => {
      if (!stopped.signal.aborted) this.#ring();
    });
  }

  #clearTimer(): void {
    // Without a reason each abort makes an error with a stack.
    this.#timer?.stopped.abort('not needed');
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.now();
    const due = [...this.#running].filter(({ atMs }) => atMs <= nowMs);
    for (const running of due) this.#running.delete(running);
    if (this.#running.size > 0) this.#setTimer(Math.min(...[...this.#running].map(({ atMs }) => atMs)));
    for (const { pass } of due) pass();
  }
}
