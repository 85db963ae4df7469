import type { Clock } from '@flotilla/core';
import type { WritePermit } from '../../cluster/transport/transport.js';

export interface LeasePermitOptions {
  readonly clock: Clock;
  /** On the clock: until when it holds unless it is extended. */
  readonly untilMs: number;
  /** Called when its time has passed. */
  readonly onLapse: () => void;
}

/** The right to write between two renewals of a lease. Once it has ended it never comes back. */
export class LeasePermit implements WritePermit {
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #untilMs: number;

  constructor({ clock, untilMs, onLapse }: LeasePermitOptions) {
    this.#clock = clock;
    this.#untilMs = untilMs;
    void this.#watchTime(onLapse);
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Asks the clock, too: a process that stood still hears its timers late. */
  holds(): boolean {
    return !this.#ended.signal.aborted && this.#clock.now() < this.#untilMs;
  }

  /** False when it was too late. */
  extend(untilMs: number): boolean {
    if (!this.holds()) return false;
    this.#untilMs = untilMs;
    return true;
  }

  end(): void {
    this.#ended.abort();
  }

  async #watchTime(onLapse: () => void): Promise<void> {
    while (this.#clock.now() < this.#untilMs && !this.#ended.signal.aborted)
      await this.#clock.until(this.#untilMs, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    this.end();
    onLapse();
  }
}
