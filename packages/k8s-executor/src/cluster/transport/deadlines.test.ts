import { createManualClock } from '@flotilla/core/testing';
import { Deadlines } from './deadlines.js';

function setUp() {
  const clock = createManualClock();
  const deadlines = new Deadlines(clock);
  const passed: string[] = [];
  const start = (name: string, timeoutMs: number) =>
    deadlines.start(timeoutMs, () => passed.push(`${name} at ${String(clock.now())}`));
  return { clock, passed, start };
}

test('each passes at its own instant, in whatever order they were started', async () => {
  const { clock, passed, start } = setUp();
  const late = start('late', 300);
  const early = start('early', 100);
  await clock.advanceTo(50);
  start('middle', 150);

  await clock.advanceTo(250);
  expect(passed).toEqual(['early at 100', 'middle at 200']);
  expect([early.hasPassed(), late.hasPassed()]).toEqual([true, false]);

  await clock.advanceTo(1_000);
  expect(passed).toEqual(['early at 100', 'middle at 200', 'late at 300']);
});

test('one that is stopped does not pass, and those behind it still do on time', async () => {
  const { clock, passed, start } = setUp();
  const answered = start('answered', 100);
  start('silent', 200);
  answered.stop();

  await clock.advanceTo(1_000);
  expect(answered.hasPassed()).toBe(false);
  expect(passed).toEqual(['silent at 200']);
});

test('those that are due at the same instant pass together', async () => {
  const { clock, passed, start } = setUp();
  start('first', 100);
  start('second', 100);

  await clock.advanceTo(100);
  expect(passed).toEqual(['first at 100', 'second at 100']);
});

test('they wait on one timer, and on none when all are stopped: nothing keeps a process alive', () => {
  const { clock, start } = setUp();
  const running = [start('a', 100), start('b', 50), start('c', 200)];
  expect(clock.waiting()).toBe(1);
  for (const deadline of running) deadline.stop();
  expect(clock.waiting()).toBe(0);
});

test('there is no timer left when the last has passed', async () => {
  const { clock, start } = setUp();
  start('a', 100);
  await clock.advanceTo(100);
  expect(clock.waiting()).toBe(0);
});
