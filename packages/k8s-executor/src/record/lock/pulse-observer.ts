import type { Clock } from '@flotilla/core';
import type { LeaseRecord } from './lease-record.js';

/**
 * Judges a holder by what this process has seen of it, on its own clock, and by nothing else: the times that stand in a
 * lease are another machine's (the way of client-go's leader election).
 */
export class PulseObserver {
  readonly #clock: Clock;
  #pulse: string | undefined;
  #sinceMs = 0;
  #isAlive = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True once the lease has been seen to change. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** To be told each time the lease has been looked at. Returns how long its holder may still be silent, in milliseconds. */
  observe({ pulse, durationMs }: LeaseRecord): number {
    if (pulse !== this.#pulse) {
      this.#isAlive = this.#pulse !== undefined;
      this.#pulse = pulse;
      this.#sinceMs = this.#clock.now();
    }
    return this.#sinceMs + durationMs - this.#clock.now();
  }
}
