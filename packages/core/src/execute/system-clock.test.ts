import { systemClock } from './system-clock.js';

test('waits until the clock has reached the instant', async () => {
  const atMs = systemClock.now() + 20;
  await systemClock.until(atMs);
  expect(systemClock.now()).toBeGreaterThanOrEqual(atMs);
});

test('an instant that has been reached comes after what is settled already', async () => {
  const heard: string[] = [];
  const reached = systemClock.until(0).then(() => heard.push('instant'));
  void Promise.resolve()
    .then(() => undefined)
    .then(() => heard.push('settled'));
  await reached;
  expect(heard).toEqual(['settled', 'instant']);
});

test('an aborted signal ends a wait at once, also one that would never end', async () => {
  const controller = new AbortController();
  const wait = systemClock.until(Infinity, controller.signal);
  controller.abort();
  await wait;
  await systemClock.until(Infinity, controller.signal);
  expect(controller.signal.aborted).toBe(true);
});
