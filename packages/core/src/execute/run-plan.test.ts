import { buildPlan, type BuiltStep } from '../testing/build-plan.js';
import { createFakeRunner, type FakeRunner, type FakeRunnerOptions } from '../testing/fake-runner.js';
import { createManualClock, type ManualClock } from '../testing/manual-clock.js';
import { createRecordingSink, type RecordingSink } from '../testing/recording-sink.js';
import type { RunSettled } from '../domain/event.js';
import type { CancelReason, Verdict } from '../domain/outcome.js';
import { runPlan, type RunOptions } from './run-plan.js';

const succeeded: Verdict = { kind: 'succeeded', reason: 'ready' };
const failed: Verdict = { kind: 'failed', reason: 'bad command' };

interface Begun {
  readonly clock: ManualClock;
  readonly fake: FakeRunner;
  readonly recording: RecordingSink;
  readonly done: Promise<RunSettled>;
  /** Lets everything run that is due at this instant. */
  readonly settleDown: () => Promise<void>;
}

async function begin(
  steps: readonly BuiltStep[],
  options: Partial<RunOptions> & { readonly fake?: FakeRunnerOptions } = {},
): Promise<Begun> {
  const clock = createManualClock();
  const fake = createFakeRunner(options.fake);
  const recording = createRecordingSink();
  const { sink } = recording;
  const done = runPlan(buildPlan(steps), {
    run: 'r',
    cluster: 'c',
    runner: fake.runner,
    clock,
    sink,
    durations: () => 1,
    ...options,
  });
  done.catch(() => undefined);
  const settleDown = (): Promise<void> => clock.advanceTo(clock.now());
  await settleDown();
  return { clock, fake, recording, done, settleDown };
}

function startedTasks({ fake }: Begun): readonly string[] {
  return fake.tries.map(({ task }) => task);
}

test('nothing starts before what it waits for has settled', async () => {
  const run = await begin([
    { name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] },
    { name: 'two', tasks: [{ id: 'services.c' }] },
  ]);
  expect(startedTasks(run)).toEqual(['services.a', 'services.b']);
  run.fake.tryOf('services.a').settle(succeeded);
  await run.clock.advanceTo(10);
  expect(startedTasks(run)).toEqual(['services.a', 'services.b']);
  run.fake.tryOf('services.b').settle(succeeded);
  await run.settleDown();
  run.fake.tryOf('services.c').settle(succeeded);
  await expect(run.done).resolves.toMatchObject({ outcome: 'succeeded', exitCode: 0, durationMs: 10 });
  expect(run.recording.events.at(0)).toMatchObject({ type: 'run-started', run: 'r', cluster: 'c' });
  expect(run.recording.events.at(-1)).toBe(await run.done);
  expect(run.clock.waiting()).toBe(0);
});

test('a halt stops what runs, and the run has not settled before the stopped tries have', async () => {
  const run = await begin(
    [{ name: 'one', tasks: [{ id: 'jobs.bad', haltOnError: true }, { id: 'services.a' }] }],
    { fake: { deaf: true } },
  );
  run.fake.tryOf('jobs.bad').settle(failed);
  await run.clock.advanceTo(3000);
  expect(run.fake.tryOf('services.a').context.signal.aborted).toBe(true);
  expect(run.recording.lines()).toContain('0 cancelled services.a');
  expect(run.recording.events.at(-1)?.type).not.toBe('run-settled');
  run.fake.tryOf('services.a').settle(succeeded);
  await expect(run.done).resolves.toMatchObject({ outcome: 'halted', at: 0 });
  expect(run.recording.lines()).not.toContain('0 succeeded services.a');
  expect(run.clock.waiting()).toBe(0);
});

test('tries that do not end are waited for no longer than five seconds', async () => {
  const run = await begin(
    [{ name: 'one', tasks: [{ id: 'jobs.bad', haltOnError: true }, { id: 'services.a' }] }],
    { fake: { deaf: true } },
  );
  run.fake.tryOf('jobs.bad').settle(failed);
  await run.clock.advanceTo(5999);
  expect(run.recording.events.at(-1)?.type).not.toBe('run-settled');
  await run.clock.advanceTo(6000);
  await expect(run.done).resolves.toMatchObject({ outcome: 'halted' });
});

test('a timeout settles at its instant with what the runner explained, and stops the try', async () => {
  const evidence = { cause: 'no node has room', events: [], logs: [] };
  const run = await begin([{ name: 'one', tasks: [{ id: 'jobs.slow', timeoutMs: 60_000 }] }], {
    fake: { explain: () => Promise.resolve(evidence) },
  });
  await run.clock.advanceTo(59_999);
  expect(run.fake.tryOf('jobs.slow').context.signal.aborted).toBe(false);
  await run.clock.advanceTo(60_000);
  expect(run.fake.tryOf('jobs.slow').context.signal.aborted).toBe(true);
  await expect(run.done).resolves.toMatchObject({ outcome: 'degraded', durationMs: 60_000 });
  expect(run.recording.events).toContainEqual(
    expect.objectContaining({
      type: 'task-settled',
      at: 60_000,
      outcome: { kind: 'timed-out', reason: 'not finished within 60 s: no node has room', evidence },
    }),
  );
});

test('an explanation that does not come holds nothing up', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'jobs.slow', timeoutMs: 60_000 }] }], {
    fake: { explain: () => new Promise(() => undefined) },
  });
  await run.clock.advanceTo(60_000);
  expect(run.recording.lines()).toContain('60000 timed-out jobs.slow');
  await run.clock.advanceTo(66_000);
  await expect(run.done).resolves.toMatchObject({ durationMs: 60_000 });
});

test('a verdict that comes at the instant of the timeout wins', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a', timeoutMs: 1000 }] }]);
  void run.clock.until(1000).then(() => {
    run.fake.tryOf('services.a').settle(succeeded);
  });
  await run.clock.advanceTo(1000);
  await expect(run.done).resolves.toMatchObject({ outcome: 'succeeded' });
});

test('attempts are new tries; the timeout counts from the first', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'jobs.a', attemptsMax: 3, timeoutMs: 10_000 }] }]);
  await run.clock.advanceTo(4000);
  run.fake.tryOf('jobs.a').settle(failed);
  await run.settleDown();
  expect(run.fake.tries.map(({ context }) => context.attempt)).toEqual([1, 2]);
  await run.clock.advanceTo(10_000);
  await expect(run.done).resolves.toMatchObject({
    tasks: [{ outcome: 'timed-out', startedAt: 0, settledAt: 10_000 }],
  });
  expect(run.clock.waiting()).toBe(0);
});

test('a failed service is watched and may recover until the run ends', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] }]);
  run.fake.tryOf('services.a').settle(failed);
  await run.clock.advanceTo(50);
  run.fake.watches[0]?.answer(true);
  await run.clock.advanceTo(80);
  run.fake.tryOf('services.b').settle(succeeded);
  await expect(run.done).resolves.toMatchObject({
    outcome: 'succeeded',
    tasks: [{ outcome: 'recovered', settledAt: 0 }, {}],
  });
  expect(run.recording.lines()).toContain('50 recovered services.a');
});

test('the watch of what never recovers is let go at the end', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }] }]);
  run.fake.tryOf('services.a').settle(failed);
  await run.settleDown();
  await expect(run.done).resolves.toMatchObject({ outcome: 'degraded', exitCode: 2 });
  expect(run.fake.watches[0]?.signal.aborted).toBe(true);
});

test('progress is told while a try runs, and not after it was stopped', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'jobs.a', timeoutMs: 1000 }] }], {
    fake: { deaf: true },
  });
  await run.clock.advanceTo(10);
  run.fake.tryOf('jobs.a').context.progress({ phase: 'wait', message: '0 of 1 pods' });
  await run.clock.advanceTo(1000);
  run.fake.tryOf('jobs.a').context.progress({ phase: 'wait', message: 'too late' });
  run.fake.tryOf('jobs.a').settle(succeeded);
  await run.done;
  expect(run.recording.lines().filter((line) => line.includes('progressed'))).toEqual([
    '10 progressed jobs.a: 0 of 1 pods',
  ]);
});

test.each<[CancelReason, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['lock-lost', 143],
])('%s cancels the run: exit code %i', async (reason, exitCode) => {
  const controller = new AbortController();
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }] }], { cancelled: controller.signal });
  await run.clock.advanceTo(7);
  controller.abort(reason);
  await expect(run.done).resolves.toMatchObject({ outcome: 'cancelled', exitCode, durationMs: 7 });
  expect(run.fake.tryOf('services.a').context.signal.aborted).toBe(true);
  expect(run.clock.waiting()).toBe(0);
});

test('a run that was cancelled before it began starts nothing', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }] }], {
    cancelled: AbortSignal.abort('SIGINT'),
  });
  await expect(run.done).resolves.toMatchObject({
    outcome: 'cancelled',
    tasks: [{ outcome: 'skipped', startedAt: null }],
  });
  expect(run.fake.tries).toEqual([]);
});

test('an abort without a CancelReason is our own bug', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }] }], {
    cancelled: AbortSignal.abort(),
  });
  await expect(run.done).rejects.toThrow('Bug: a run is cancelled with a CancelReason.');
});

test('a runner that rejects is our own bug: everything is stopped first', async () => {
  const run = await begin([{ name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] }]);
  run.fake.tryOf('services.a').reject(new Error('undefined is not a function'));
  await expect(run.done).rejects.toThrow(
    'Bug: the task runner rejected for services.a: undefined is not a function',
  );
  expect(run.fake.tryOf('services.b').context.signal.aborted).toBe(true);
  expect(run.clock.waiting()).toBe(0);
});

test('never more tasks in flight than the bound, also while a failed one is watched', async () => {
  const run = await begin(
    [{ name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }, { id: 'services.c' }] }],
    {
      concurrency: 1,
    },
  );
  expect(startedTasks(run)).toEqual(['services.a']);
  run.fake.tryOf('services.a').settle(failed);
  await run.settleDown();
  expect(startedTasks(run)).toEqual(['services.a', 'services.b']);
});
