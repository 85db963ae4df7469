import type { Clock } from '@flotilla/core';
import type { VirtualClock } from './virtual-clock.js';

export interface ProcessOptions {
  readonly name: string;
  readonly clock: VirtualClock;
  /** How far this machine's clock is ahead of the world's. */
  readonly skewMs: number;
  /** The process is cut off at this step of its life, which counts what it hears and what it sends; undefined: never. */
  readonly diesAtStep: number | undefined;
  readonly onDeath: (process: SimulatedProcess) => void;
}

/**
 * A flotilla process that may be cut off at any moment, as by `kill -9`: it hears nothing any more, so that none of
 * its code goes on. What it has sent before is on its way.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  /** Resolves when it is cut off. */
  readonly death: Promise<void>;
  readonly #options: ProcessOptions;
  #steps = 0;
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    const { clock, skewMs } = options;
    this.clock = {
      now: () => clock.now() + skewMs,
      // Rounded first, so that no fraction is lost: who has waited for a moment finds that it has come.
      until: (atMs, signal) => this.hear(clock.until(Math.ceil(atMs) - skewMs, signal)),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** What the process has done so far, in steps. */
  get steps(): number {
    return this.#steps;
  }

  /** A thing that happens to the process or that it does. False when the process is no more, so that it does not happen. */
  step(): boolean {
    if (this.#isDead) return false;
    this.#steps += 1;
    if (this.#steps === this.#options.diesAtStep) this.kill();
    return !this.#isDead;
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#options.onDeath(this);
    this.#die();
  }

  /** What comes to the process from outside; never, once it is dead. */
  async hear<Value>(news: Promise<Value>): Promise<Value> {
    const value = await news;
    if (this.step()) return value;
    return new Promise<Value>(() => undefined);
  }
}
