import { createVirtualClock } from './virtual-clock.js';

test('time passes only when all that can happen has', async () => {
  const clock = createVirtualClock(() => 0.5);
  const heard: string[] = [];
  const wait = async (name: string, atMs: number) => {
    await clock.until(atMs);
    for (let hops = 0; hops < 100; hops += 1) await Promise.resolve();
    heard.push(`${name} at ${clock.now()}`);
  };
  await clock.runUntil(Promise.all([wait('b', 86_400_000), wait('a', 1_000), wait('now', 0)]), Infinity);
  expect(heard).toEqual(['now at 0', 'a at 1000', 'b at 86400000']);
});

test('chance decides who of those who wait for the same moment comes first', async () => {
  const orders = [
    [1, 2],
    [2, 1],
  ].map(async (ranks) => {
    const clock = createVirtualClock(() => ranks.shift() ?? 0);
    const heard: string[] = [];
    const wait = (name: string) => clock.until(5).then(() => heard.push(name));
    await clock.runUntil(Promise.all([wait('a'), wait('b')]), Infinity);
    return heard.join('');
  });
  expect(await Promise.all(orders)).toEqual(['ab', 'ba']);
});

test('an abort ends a wait, and one that never would end', async () => {
  const clock = createVirtualClock(() => 0.5);
  const stop = new AbortController();
  const waits = Promise.all([clock.until(Infinity, stop.signal), clock.until(10, stop.signal)]);
  void clock.until(3).then(() => {
    stop.abort();
  });
  await clock.runUntil(waits, Infinity);
  expect(clock.now()).toBe(3);
});

test('work that nobody can finish, or that takes too long, is told', async () => {
  const clock = createVirtualClock(() => 0.5);
  await expect(clock.runUntil(clock.until(Infinity), Infinity)).rejects.toThrow('stuck: at 0 ms');
  await expect(clock.runUntil(Promise.reject(new Error('a bug')), Infinity)).rejects.toThrow('a bug');
  await expect(clock.runUntil(clock.until(10_001), 10_000)).rejects.toThrow('not over after 10000 ms');
});
