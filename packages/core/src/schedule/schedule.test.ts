import { buildPlan, type BuiltStep } from '../testing/build-plan.js';
import type { RunEvent } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import type { Verdict } from '../domain/outcome.js';
import { createSchedule, type Schedule, type ScheduleOptions } from './schedule.js';
import type { Happening, Turn } from './turn.js';

function scheduleOf(steps: readonly BuiltStep[], options: Partial<ScheduleOptions> = {}): Schedule {
  return createSchedule(buildPlan(steps), { run: 'r', cluster: 'c', durations: () => 1, ...options });
}

const succeeded: Verdict = { kind: 'succeeded', reason: 'ready' };
const failed: Verdict = { kind: 'failed', reason: 'bad command' };
const superseded: Verdict = { kind: 'superseded', reason: 'someone else deploys it' };

function verdict(task: string, said: Verdict, attempt = 1): Happening {
  return { kind: 'verdict', task: task as TaskId, attempt, verdict: said };
}

function recovered(task: string): Happening {
  return { kind: 'recovered', task: task as TaskId };
}

const cancelled: Happening = { kind: 'cancelled', reason: 'SIGINT' };

/** What a turn said, in short: `opened one`, `started services.a`, … */
function told({ events }: Turn): readonly string[] {
  return events.map(shorten);
}

function shorten(event: RunEvent): string {
  switch (event.type) {
    case 'run-started':
      return 'run started';
    case 'run-settled':
      return `run ${event.outcome}`;
    case 'step-opened':
      return `opened ${event.step}`;
    case 'step-settled':
      return `settled ${event.step}`;
    case 'task-started':
      return `started ${event.task}${event.attempt > 1 ? ` (${event.attempt})` : ''}`;
    case 'task-settled':
      return `${event.outcome.kind} ${event.task}`;
    case 'task-recovered':
      return `recovered ${event.task}`;
    case 'task-progressed':
    case 'task-logged':
      return 'told';
  }
}

function asked({ commands }: Turn): readonly string[] {
  return commands.map(({ kind, task }) => `${kind} ${task.id}`);
}

test('steps open in sequence, and their tasks start together', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] },
    { name: 'two', tasks: [{ id: 'services.c' }] },
  ]);
  expect(told(schedule.advance(0, []))).toEqual([
    'run started',
    'opened one',
    'started services.a',
    'started services.b',
  ]);
  expect(told(schedule.advance(5, [verdict('services.b', succeeded)]))).toEqual(['succeeded services.b']);
  expect(told(schedule.advance(9, [verdict('services.a', succeeded)]))).toEqual([
    'succeeded services.a',
    'settled one',
    'opened two',
    'started services.c',
  ]);
  const last = schedule.advance(10, [verdict('services.c', succeeded)]);
  expect(told(last)).toEqual(['succeeded services.c', 'settled two', 'run succeeded']);
  expect(last.settled).toMatchObject({
    outcome: 'succeeded',
    exitCode: 0,
    durationMs: 10,
    criticalPath: ['services.a', 'services.c'],
  });
});

test('settlings of one instant are told in file order, whatever order they came in', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }, { id: 'services.c' }] },
  ]);
  schedule.advance(0, []);
  const turn = schedule.advance(3, [
    verdict('services.c', succeeded),
    verdict('services.a', succeeded),
    verdict('services.b', succeeded),
  ]);
  expect(told(turn).slice(0, 3)).toEqual([
    'succeeded services.a',
    'succeeded services.b',
    'succeeded services.c',
  ]);
});

test('a halt is decided when all settlings of its instant are seen; its culprit is the first in file order', () => {
  const schedule = scheduleOf([
    {
      name: 'one',
      tasks: [
        { id: 'services.a' },
        { id: 'jobs.first', haltOnError: true },
        { id: 'jobs.second', haltOnError: true },
        { id: 'services.late' },
      ],
    },
    { name: 'two', tasks: [{ id: 'services.next' }] },
  ]);
  schedule.advance(0, []);
  const turn = schedule.advance(7, [
    verdict('jobs.second', failed),
    verdict('services.late', succeeded),
    verdict('jobs.first', failed),
  ]);
  expect(told(turn)).toEqual([
    'failed jobs.first',
    'failed jobs.second',
    'succeeded services.late',
    'cancelled services.a',
    'skipped services.next',
    'settled one',
    'settled two',
    'run halted',
  ]);
  expect(asked(turn)).toEqual(['stop services.a']);
  expect(turn.settled).toMatchObject({ exitCode: 1, durationMs: 7, criticalPath: ['jobs.first'] });
  expect(turn.settled?.tasks.at(-1)).toEqual({
    task: 'services.next',
    step: 'two',
    outcome: 'skipped',
    startedAt: null,
    settledAt: 7,
    reason: 'jobs.first failed, which halts the run',
  });
});

test('a tolerated failure is watched, holds no slot and may recover until the end', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'services.a' }, { id: 'services.b' }] }], {
    concurrency: 1,
  });
  schedule.advance(0, []);
  const failing = schedule.advance(1, [verdict('services.a', failed)]);
  expect(asked(failing)).toEqual(['watch services.a']);
  expect(told(schedule.advance(1, []))).toEqual(['started services.b']);
  const last = schedule.advance(5, [recovered('services.a'), verdict('services.b', succeeded)]);
  expect(told(last)).toEqual([
    'succeeded services.b',
    'recovered services.a',
    'settled one',
    'run succeeded',
  ]);
  expect(last.settled?.tasks[0]).toMatchObject({ outcome: 'recovered', settledAt: 1, reason: 'bad command' });
});

test('what is watched and never healed is let go, and the run is degraded', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'charts.a' }] }]);
  schedule.advance(0, []);
  expect(schedule.advance(1, [verdict('charts.a', failed)]).settled).toBeUndefined();
  const last = schedule.advance(1, []);
  expect(asked(last)).toEqual(['unwatch charts.a']);
  expect(last.settled).toMatchObject({ outcome: 'degraded', exitCode: 2 });
});

test.each(['jobs.a', 'release.remove_environment'])('%s has one result: it is not watched', (id) => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id }] }], { allowDegraded: true });
  schedule.advance(0, []);
  expect(schedule.advance(1, [verdict(id, failed)]).settled).toMatchObject({
    outcome: 'degraded',
    exitCode: 0,
  });
});

test('attempts run back to back; only the last verdict is the result', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a', attemptsMax: 2, haltOnError: true }] },
  ]);
  schedule.advance(0, []);
  const again = schedule.advance(4, [verdict('jobs.a', failed)]);
  expect(told(again)).toEqual(['started jobs.a (2)']);
  expect(again.commands).toMatchObject([{ kind: 'start', attempt: 2 }]);
  expect(told(schedule.advance(4, []))).toEqual([]);
  expect(told(schedule.advance(6, [verdict('jobs.a', succeeded, 1)]))).toEqual([]);
  expect(schedule.advance(8, [verdict('jobs.a', succeeded, 2)]).settled).toMatchObject({
    outcome: 'succeeded',
    tasks: [{ startedAt: 0, settledAt: 8 }],
  });
});

test('all attempts share one timeout, and no attempt starts at its instant', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a', attemptsMax: 9, timeoutMs: 10_000 }] },
  ]);
  schedule.advance(0, []);
  schedule.advance(5000, [verdict('jobs.a', failed)]);
  schedule.advance(5000, []);
  expect(schedule.nextDeadline()).toBe(10_000);
  const turn = schedule.advance(10_000, [verdict('jobs.a', failed, 2)]);
  expect(told(turn)).toEqual(['timed-out jobs.a', 'settled one', 'run degraded']);
  expect(turn.settled?.tasks[0]?.reason).toBe('not finished within 10 s');
});

test('a verdict of the same instant wins over the timeout; a timeout carries what was explained', () => {
  const schedule = scheduleOf([
    {
      name: 'one',
      tasks: [
        { id: 'services.a', timeoutMs: 1000 },
        { id: 'services.b', timeoutMs: 1000 },
      ],
    },
  ]);
  schedule.advance(0, []);
  const evidence = { cause: 'no node has room', events: [], logs: [] };
  schedule.advance(900, [{ kind: 'explained', task: 'services.b' as TaskId, evidence }]);
  const turn = schedule.advance(1000, [verdict('services.a', succeeded)]);
  expect(told(turn)).toEqual(['succeeded services.a', 'timed-out services.b']);
  expect(asked(turn)).toEqual(['stop services.b', 'watch services.b']);
  expect(turn.events.at(-1)).toMatchObject({ outcome: { kind: 'timed-out', evidence } });
  expect(schedule.nextDeadline()).toBeUndefined();
});

test('with a bound the longest chain goes first, ties in file order', () => {
  const schedule = scheduleOf(
    [
      {
        name: 'one',
        tasks: [
          { id: 'jobs.short' },
          { id: 'jobs.tie' },
          { id: 'jobs.long' },
          { id: 'jobs.behind', dependsOn: ['jobs.long'] },
        ],
      },
    ],
    { concurrency: 1 },
  );
  expect(told(schedule.advance(0, []))).toContain('started jobs.long');
  expect(told(schedule.advance(1, [verdict('jobs.long', succeeded)]))).toContain('started jobs.short');
  expect(told(schedule.advance(2, [verdict('jobs.short', succeeded)]))).toContain('started jobs.tie');
  expect(told(schedule.advance(3, [verdict('jobs.tie', succeeded)]))).toContain('started jobs.behind');
});

test('a cancellation cancels what runs and skips the rest, without a culprit', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a' }, { id: 'jobs.b', dependsOn: ['jobs.a'] }] },
  ]);
  schedule.advance(0, []);
  const turn = schedule.advance(5, [cancelled]);
  expect(told(turn)).toEqual(['cancelled jobs.a', 'skipped jobs.b', 'settled one', 'run cancelled']);
  expect(turn.settled).toMatchObject({
    exitCode: 130,
    tasks: [{ reason: 'the run was cancelled (SIGINT)' }, {}],
  });
});

test('a run that ends at the very instant of a cancellation has not been cancelled', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'jobs.a' }] }]);
  schedule.advance(0, []);
  expect(schedule.advance(5, [cancelled, verdict('jobs.a', succeeded)]).settled).toMatchObject({
    exitCode: 0,
  });
});

test('a halt goes before a cancellation of the same instant', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a', haltOnError: true }, { id: 'jobs.b' }] },
  ]);
  schedule.advance(0, []);
  expect(schedule.advance(5, [cancelled, verdict('jobs.a', failed)]).settled).toMatchObject({
    outcome: 'halted',
  });
});

test('a run that is cancelled before it begins starts nothing', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'jobs.a' }] }]);
  const turn = schedule.advance(0, [{ kind: 'cancelled', reason: 'SIGTERM' }]);
  expect(told(turn)).toEqual(['run started', 'skipped jobs.a', 'settled one', 'run cancelled']);
  expect(turn.settled).toMatchObject({ exitCode: 143, criticalPath: [] });
});

test('steps without tasks settle as they open; a step may settle before it opens', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a' }] },
    { name: 'none', tasks: [] },
    { name: 'three', tasks: [{ id: 'jobs.early', needs: [] }] },
  ]);
  schedule.advance(0, []);
  expect(told(schedule.advance(1, [verdict('jobs.early', succeeded)]))).toEqual([
    'succeeded jobs.early',
    'settled three',
  ]);
  expect(told(schedule.advance(2, [verdict('jobs.a', succeeded)]))).toEqual([
    'succeeded jobs.a',
    'settled one',
    'opened none',
    'settled none',
    'opened three',
    'run succeeded',
  ]);
});

test('a settled run does not move any more', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'jobs.a' }] }]);
  schedule.advance(0, []);
  schedule.advance(1, [verdict('jobs.a', succeeded)]);
  expect(told(schedule.advance(2, [verdict('jobs.a', failed), cancelled]))).toEqual([]);
});

test.each([0, -1, 1.5, NaN])('a concurrency of %p is our own bug', (concurrency) => {
  expect(() => scheduleOf([], { concurrency })).toThrow('Bug:');
});

test('time never goes back', () => {
  const schedule = scheduleOf([{ name: 'one', tasks: [{ id: 'jobs.a' }] }]);
  schedule.advance(0, []);
  schedule.advance(5, []);
  expect(() => schedule.advance(4, [])).toThrow('Bug:');
});

test('a superseded service has settled: it is not watched for, what is behind it goes on, the run is degraded', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'services.a' }] },
    { name: 'two', tasks: [{ id: 'services.b' }] },
  ]);
  schedule.advance(0, []);
  const turn = schedule.advance(5, [verdict('services.a', superseded)]);
  expect(told(turn)).toEqual(['superseded services.a', 'settled one', 'opened two', 'started services.b']);
  expect(asked(turn)).toEqual(['start services.b']);
  const last = schedule.advance(9, [verdict('services.b', succeeded)]);
  expect(last.settled).toMatchObject({ outcome: 'degraded', exitCode: 2 });
});

test('a superseded task halts the run where its error would, and is not tried again', () => {
  const schedule = scheduleOf([
    { name: 'one', tasks: [{ id: 'jobs.a', attemptsMax: 3, haltOnError: true }] },
    { name: 'two', tasks: [{ id: 'services.b' }] },
  ]);
  schedule.advance(0, []);
  const turn = schedule.advance(5, [verdict('jobs.a', superseded)]);
  expect(told(turn)).toMatchObject({ 0: 'superseded jobs.a', 1: 'skipped services.b', 4: 'run halted' });
  expect(turn.settled).toMatchObject({
    exitCode: 1,
    tasks: [{}, { reason: 'jobs.a was superseded, which halts the run' }],
  });
});
