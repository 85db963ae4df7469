import type { SeededRandom } from './seeded-random.js';
import type { Blow, ClockError } from './simulated-process.js';

/** A machine, and what befalls each process on it. */
export interface Fate {
  readonly clockError: ClockError;
  /** Draws for the next process what befalls it at which of its steps. */
  readonly blows: () => ReadonlyMap<number, Blow>;
}

/**
 * Clocks are minutes off, and run up to 5 % fast or slow. Half of the processes are cut off, some freeze for up to 90 s
 * (a lock lasts 15 s), some are sent signals.
 */
export function drawFate(random: SeededRandom): Fate {
  const clockError = {
    skewMs: random.chance(0.5) ? random.below(600_000) : 0,
    rate: random.pick([1, 1, 0.9999, 1.0001, 0.99, 1.01, 0.95, 1.05]),
  };
  return { clockError, blows: () => new Map([...draw(random)]) };
}

function* draw(random: SeededRandom): Generator<readonly [number, Blow]> {
  const step = () => 1 + random.below(random.pick([20, 100, 400]));
  if (random.chance(0.2)) yield [step(), { kind: 'freeze', forMs: random.pick([2_000, 20_000, 90_000]) }];
  if (random.chance(0.25)) yield [step(), { kind: 'signal', reason: random.pick(['SIGINT', 'SIGTERM']) }];
  if (random.chance(0.45)) yield [step(), { kind: 'death' }];
}
