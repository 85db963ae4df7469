import { simulateSeed } from './simulate-seed.js';

const seedsAtOnce = 10;
/** About a minute of processor time: a world costs less than half a second. `npm run simulate` goes on from there. */
const batches = Array.from({ length: 14 }, (_, at) => 1 + at * seedsAtOnce);

test('the same seed plays the same world, byte by byte', async () => {
  const worlds = [7, 23];
  for (const seed of worlds) {
    const [first, second] = [await simulateSeed(seed), await simulateSeed(seed)];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace.join('\n')).toBe(first.trace.join('\n'));
  }
});

test('another seed plays another world', async () => {
  const [first, second] = [await simulateSeed(1), await simulateSeed(2)];
  expect(second.trace).not.toEqual(first.trace);
});

test.each(batches)(
  'nothing that must never be happens in the worlds from seed %i on',
  async (from) => {
    const found: string[] = [];
    const sums = new Map<string, number>();
    let faults = 0;
    for (let seed = from; seed < from + seedsAtOnce; seed += 1) {
      const played = await simulateSeed(seed);
      for (const violation of played.violations)
        found.push(`npm run simulate -- --seed ${seed} --verbose: ${violation}`);
      for (const [what, times] of played.counts) sums.set(what, (sums.get(what) ?? 0) + times);
      for (const times of played.faults.values()) faults += times;
    }
    expect(found).toEqual([]);
    // A world in which nothing goes wrong proves nothing.
    expect(sums.get('deploy')).toBeGreaterThan(seedsAtOnce);
    expect(sums.get('death')).toBeGreaterThan(0);
    expect(faults).toBeGreaterThan(0);
  },
  300_000,
);
