/**
 * Requests in flight at the same time, writes and reads: over a network it decides how long a thousand objects take. A
 * fraction of what an API server takes from one client before it says 429 (its own limit for writes is 200).
 */
export const mostInFlight = 32;

/**
 * How many writes may be in flight: additive increase, multiplicative decrease, as TCP does it. The server says 429
 * when it is too much; each `limit` accepted writes in a row try one more.
 */
export class WriteGate {
  #limit = mostInFlight;
  #accepted = 0;
  #inFlight = 0;
  #shrinks = 0;
  readonly #waiting: (() => void)[] = [];

  get limit(): number {
    return this.#limit;
  }

  /** Runs `write` when there is room. Waiting writes go first come, first served. */
  async run<Value>(write: () => Promise<Value>, isThrottled: (value: Value) => boolean): Promise<Value> {
    await this.#enter();
    const shrinksBefore = this.#shrinks;
    try {
      const value = await write();
      if (!isThrottled(value)) this.#grow();
      // Writes that were under way together are refused together: that is one sign of too much, not many.
      else if (shrinksBefore === this.#shrinks) this.#shrink();
      return value;
    } finally {
      this.#inFlight -= 1;
      this.#admit();
    }
  }

  async #enter(): Promise<void> {
    if (this.#inFlight < this.#limit && this.#waiting.length === 0) {
      this.#inFlight += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #admit(): void {
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inFlight += 1;
      next();
    }
  }

  #grow(): void {
    this.#accepted += 1;
    if (this.#accepted < this.#limit) return;
    this.#accepted = 0;
    this.#limit = Math.min(mostInFlight, this.#limit + 1);
  }

  #shrink(): void {
    this.#shrinks += 1;
    this.#accepted = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }
}
