import type { RunEvent } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import type { TaskOutcome } from '../domain/outcome.js';
import type { KeptTask, Resumption } from '../domain/resumption.js';
import { buildPlan, type BuiltStep } from '../testing/build-plan.js';
import { createFakeRunner } from '../testing/fake-runner.js';
import { createManualClock } from '../testing/manual-clock.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { runPlan } from './run-plan.js';

const kept = (outcome: TaskOutcome, startedAt = 100, settledAt = 900): KeptTask => ({
  outcome,
  startedAt,
  settledAt,
  by: { run: 'r', part: 1 },
});
const done: TaskOutcome = { kind: 'succeeded', reason: 'ready' };

async function resume(steps: readonly BuiltStep[], told: Partial<Resumption>, concurrency?: number) {
  const clock = createManualClock();
  await clock.advanceTo(5_000);
  const fake = createFakeRunner();
  const { sink, events } = createRecordingSink();
  const resumption = { part: 2, at: 1_000, kept: new Map(), running: new Map(), ...told };
  const settled = runPlan(buildPlan(steps), {
    run: 'r',
    cluster: 'c',
    runner: fake.runner,
    clock,
    sink,
    durations: () => 1,
    concurrency,
    resumption,
  });
  await clock.advanceTo(clock.now());
  return { clock, fake, events, settled };
}

const keptTasks = (tasks: Readonly<Record<string, KeptTask>>): ReadonlyMap<TaskId, KeptTask> =>
  new Map(Object.entries(tasks).map(([id, task]) => [id as TaskId, task]));
const told = (events: readonly RunEvent[]) =>
  events.map(
    (event) =>
      `${event.at} ${event.type} ${'task' in event ? event.task : 'step' in event ? event.step : ''}`,
  );

const twoSteps: readonly BuiltStep[] = [
  { name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] },
  { name: 'two', tasks: [{ id: 'services.c' }] },
];

test('what was finished is told and not run again, and what it freed starts', async () => {
  const run = await resume(twoSteps, {
    kept: keptTasks({ 'services.a': kept(done), 'services.b': kept(done) }),
  });
  expect(told(run.events)).toEqual([
    '1000 run-started ',
    '1000 task-settled services.a',
    '1000 task-settled services.b',
    '1000 step-opened one',
    '1000 step-settled one',
    '1000 step-opened two',
    '1000 task-started services.c',
  ]);
  await run.clock.advanceTo(5_500);
  run.fake.tryOf('services.c').settle({ kind: 'succeeded', reason: 'ready' });
  expect(run.fake.tries).toHaveLength(1);
  expect(await run.settled).toMatchObject({
    outcome: 'succeeded',
    at: 1_500,
    durationMs: 1_500,
    tasks: [
      { task: 'services.a', startedAt: 100, settledAt: 900, kept: { run: 'r', part: 1 } },
      { task: 'services.b', startedAt: 100, settledAt: 900 },
      { task: 'services.c', startedAt: 1_000, settledAt: 1_500 },
    ],
  });
  expect(run.events.at(0)).toMatchObject({ part: 2 });
});

test('a run of which everything was finished settles at once', async () => {
  const all = { 'services.a': kept(done), 'services.b': kept(done), 'services.c': kept(done) };
  const run = await resume(twoSteps, { kept: keptTasks(all) });
  expect(await run.settled).toMatchObject({ outcome: 'succeeded', exitCode: 0, durationMs: 1_000 });
  expect(run.fake.tries).toEqual([]);
});

test('a task that was running goes on with its attempt, and has those that are left', async () => {
  const job = { id: 'jobs.migrate', attemptsMax: 3 };
  const running = new Map([['jobs.migrate' as TaskId, { startedAt: 300, attempt: 2 }]]);
  const run = await resume([{ name: 'one', tasks: [job] }], { running });
  expect(run.fake.tries.map(({ context }) => context.attempt)).toEqual([2]);
  run.fake.tryOf('jobs.migrate').settle({ kind: 'failed', reason: 'exit code 1' });
  await run.clock.advanceTo(6_000);
  run.fake.tryOf('jobs.migrate').settle({ kind: 'failed', reason: 'exit code 1' });
  expect(run.fake.tries.map(({ context }) => context.attempt)).toEqual([2, 3]);
  expect(await run.settled).toMatchObject({ outcome: 'degraded', tasks: [{ startedAt: 300 }] });
});

test('a service whose failure was tolerated is watched on, and may still recover', async () => {
  const failed = kept({ kind: 'failed', reason: 'crash-loops' });
  const run = await resume(twoSteps, { kept: keptTasks({ 'services.a': failed, 'services.b': kept(done) }) });
  run.fake.watches.find(({ task }) => task === 'services.a')?.answer(true);
  await run.clock.advanceTo(5_100);
  run.fake.tryOf('services.c').settle({ kind: 'succeeded', reason: 'ready' });
  expect(await run.settled).toMatchObject({
    outcome: 'succeeded',
    tasks: [{ outcome: 'recovered' }, {}, {}],
  });
});

test('kept tasks hold no slot', async () => {
  const run = await resume(twoSteps, { kept: keptTasks({ 'services.a': kept(done) }) }, 1);
  expect(run.fake.tries.map(({ task }) => task)).toEqual(['services.b']);
});
