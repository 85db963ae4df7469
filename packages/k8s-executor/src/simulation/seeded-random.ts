/** All chance of a simulated world: the same seed draws the same numbers for ever. */
export interface SeededRandom {
  /** In [0, 1), as `Math.random`. */
  readonly next: () => number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** From `least` to below `most`. */
  between(least: number, most: number): number;
  /** True that often, from 0 (never) to 1 (always). */
  chance(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** A generator of its own for one part of the world, so that what one part draws does not shift the others. */
  fork(name: string): SeededRandom;
}

/** A generator (sfc32) whose sequence follows from the name alone. */
export function createRandom(name: string): SeededRandom {
  const next = sfc32(name);
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (least, most) => least + next() * (most - least),
    chance: (probability) => next() < probability,
    pick: (values) => {
      const picked = values[below(values.length)];
      if (picked === undefined) throw new Error('Bug: there is nothing to pick from');
      return picked;
    },
    fork: (part) => createRandom(`${name}/${part}`),
  };
}

function sfc32(name: string): () => number {
  let [a, b, c, d] = [hash(name, 0x811c9dc5), hash(name, 0x9e3779b9), hash(name, 0x243f6a88), 1];
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

function hash(text: string, seed: number): number {
  let value = seed;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
