import fc from 'fast-check';
import { longestChains } from '../domain/longest-chain.js';
import type { TaskId } from '../domain/ids.js';
import { builtInDurations, type Rehearsal } from '../domain/rehearsal.js';
import { buildPlan, type BuiltStep } from '../testing/build-plan.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { rehearsedDurations, rehearsePlan } from './rehearse-plan.js';

function rehearsalOf(takesMs: Readonly<Record<string, number>>): Rehearsal {
  const tasks = Object.entries(takesMs).map(([id, ms]) => [id as TaskId, { takesMs: ms }] as const);
  return { defaults: builtInDurations, tasks: new Map(tasks) };
}

/** Steps of jobs that depend on random jobs before them, and how long each takes. */
const arbitraryChains = fc
  .array(
    fc.record({
      takesMs: fc.nat({ max: 20 }),
      behind: fc.array(fc.nat(), { maxLength: 3 }),
      ends: fc.boolean(),
      waits: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((drawn) => {
    const steps: { name: string; tasks: NonNullable<BuiltStep['tasks'][number]>[] }[] = [
      { name: 's0', tasks: [] },
    ];
    drawn.forEach(({ behind, ends, waits }, at) => {
      const dependsOn = at === 0 ? [] : [...new Set(behind.map((back) => `jobs.j${back % at}`))];
      steps.at(-1)?.tasks.push({ id: `jobs.j${at}`, dependsOn, waitForFinish: waits });
      if (ends) steps.push({ name: `s${steps.length}`, tasks: [] });
    });
    const takes = Object.fromEntries(drawn.map(({ takesMs }, at) => [`jobs.j${at}`, takesMs]));
    return { plan: buildPlan(steps), rehearsal: rehearsalOf(takes) };
  });

const nowhere = { sink: () => undefined };

test('without a bound the makespan is the longest path, exactly', () => {
  fc.assert(
    fc.property(arbitraryChains, ({ plan, rehearsal }) => {
      const { lengthMs } = longestChains(plan, rehearsedDurations(rehearsal));
      expect(rehearsePlan(plan, rehearsal, nowhere).durationMs).toBe(lengthMs);
    }),
  );
});

test('with a bound it is never above Graham’s', () => {
  fc.assert(
    fc.property(arbitraryChains, fc.integer({ min: 1, max: 5 }), ({ plan, rehearsal }, concurrency) => {
      const durations = rehearsedDurations(rehearsal);
      const workMs = plan.tasks.reduce((sum, task) => sum + durations(task), 0);
      const { lengthMs } = longestChains(plan, durations);
      const { durationMs } = rehearsePlan(plan, rehearsal, { ...nowhere, concurrency });
      expect(durationMs).toBeLessThanOrEqual(workMs / concurrency + (1 - 1 / concurrency) * lengthMs + 1e-6);
      expect(durationMs).toBeGreaterThanOrEqual(Math.max(lengthMs, workMs / concurrency) - 1e-6);
    }),
  );
});

test('each task settles exactly once, and starts when the last of what it waits for has settled', () => {
  fc.assert(
    fc.property(arbitraryChains, ({ plan, rehearsal }) => {
      const { sink, events } = createRecordingSink();
      const { tasks, criticalPath, durationMs } = rehearsePlan(plan, rehearsal, { sink });
      const settled = events.flatMap((event) => (event.type === 'task-settled' ? [event.task] : []));
      expect(settled.toSorted()).toEqual(plan.tasks.map(({ id }) => id).toSorted());
      const lengths = new Map(tasks.map((one) => [one.task, one.settledAt - (one.startedAt ?? 0)]));
      expect(criticalPath.reduce((sum, task) => sum + (lengths.get(task) ?? 0), 0)).toBe(durationMs);
    }),
  );
});

test('the same rehearsal gives the same events', () => {
  fc.assert(
    fc.property(arbitraryChains, fc.integer({ min: 1, max: 5 }), ({ plan, rehearsal }, concurrency) => {
      const [first, second] = [createRecordingSink(), createRecordingSink()];
      rehearsePlan(plan, rehearsal, { sink: first.sink, concurrency });
      rehearsePlan(plan, rehearsal, { sink: second.sink, concurrency });
      expect(second.events).toEqual(first.events);
    }),
  );
});

test('ten thousand tasks work', () => {
  const steps = Array.from({ length: 100 }, (_, step) => ({
    name: `s${step}`,
    tasks: Array.from({ length: 100 }, (_task, at) => ({ id: `jobs.j${step * 100 + at}` })),
  }));
  const plan = buildPlan(steps);
  const settled = rehearsePlan(plan, rehearsalOf({}), { ...nowhere, concurrency: 50 });
  expect(settled).toMatchObject({ outcome: 'succeeded', durationMs: 100 * 2 * 60_000 });
});
