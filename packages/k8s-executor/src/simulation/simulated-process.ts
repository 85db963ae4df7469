import type { CancelReason, Clock } from '@flotilla/core';
import type { VirtualClock } from './virtual-clock.js';

/** What befalls a process. */
export type Blow =
  /** It is cut off, as by `kill -9`. */
  | { readonly kind: 'death' }
  /** It stands still, as by SIGSTOP or when its machine is paused, and goes on as if nothing had been. */
  | { readonly kind: 'freeze'; readonly forMs: number }
  | { readonly kind: 'signal'; readonly reason: CancelReason };

/** How the clock of a machine is wrong. */
export interface ClockError {
  /** How far it is ahead of the world's. */
  readonly skewMs: number;
  /** How many milliseconds it counts in one of the world's. */
  readonly rate: number;
}

/** The world's own time. */
export const rightClock: ClockError = { skewMs: 0, rate: 1 };

export interface ProcessOptions {
  readonly name: string;
  /** What it is there for. */
  readonly purpose: string;
  readonly clock: VirtualClock;
  readonly clockError: ClockError;
  /** What befalls it at which step of its life; a step is whatever it hears or sends. */
  readonly blows: ReadonlyMap<number, Blow>;
  readonly onBlow: (process: SimulatedProcess, blow: Blow) => void;
}

/**
 * A flotilla process to which anything may happen at any moment. One that is cut off hears nothing any more, so that
 * none of its code goes on; what it has sent before is on its way. One that is frozen hears all of that when it wakes.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly purpose: string;
  readonly clock: Clock;
  /** Resolves when it is cut off. */
  readonly death: Promise<void>;
  readonly #options: ProcessOptions;
  #steps = 0;
  #isDead = false;
  #frozenUntilMs = -Infinity;
  #die: () => void = () => undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.purpose = options.purpose;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
    const { clock, clockError } = options;
    const { skewMs, rate } = clockError;
    const readAt = (worldMs: number) => worldMs * rate + skewMs;
    this.clock = {
      now: () => readAt(clock.now()),
      until: (atMs, signal) => {
        const worldMs = Math.ceil((atMs - skewMs) / rate);
        // Who has waited for a moment finds that it has come, whatever was lost in the division.
        return this.hear(clock.until(readAt(worldMs) < atMs ? worldMs + 1 : worldMs, signal));
      },
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
    const blow = this.#options.blows.get(this.#steps);
    if (blow !== undefined) this.#suffer(blow);
    return !this.#isDead;
  }

  /** What comes to the process from outside: when it stands still, as soon as it goes on; never, once it is dead. */
  async hear<Value>(news: Promise<Value>): Promise<Value> {
    const value = await news;
    await this.awake();
    const isHeard = this.step();
    await this.awake();
    return isHeard ? value : new Promise<Value>(() => undefined);
  }

  /** Resolves at once unless the process stands still, then when it goes on. */
  async awake(): Promise<void> {
    while (this.#frozenUntilMs > this.#options.clock.now())
      await this.#options.clock.until(this.#frozenUntilMs);
  }

  #suffer(blow: Blow): void {
    const { clock, onBlow } = this.#options;
    if (blow.kind === 'freeze') this.#frozenUntilMs = clock.now() + blow.forMs;
    if (blow.kind === 'death') this.#isDead = true;
    onBlow(this, blow);
    if (blow.kind === 'death') this.#die();
  }
}
