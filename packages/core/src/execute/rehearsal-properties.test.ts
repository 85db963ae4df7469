import fc from 'fast-check';
import { longestChains } from '../domain/longest-chain.js';
import type { RunEvent } from '../domain/event.js';
import type { NodeId, TaskId } from '../domain/ids.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import { builtInDurations, type RehearsedTask, type Rehearsal } from '../domain/rehearsal.js';
import { buildPlan, type BuiltStep } from '../testing/build-plan.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { rehearsedDurations, rehearsePlan } from './rehearse-plan.js';

/** Steps of services and jobs, some of which fail, halt or take no time; and how many may be in flight. */
const arbitraryRuns = fc
  .record({
    tasks: fc.array(
      fc.record({
        job: fc.boolean(),
        // Few and coarse, so that much falls on one instant.
        takesMs: fc.integer({ min: 0, max: 4 }).map((seconds) => seconds * 1000),
        fails: fc.integer({ min: 0, max: 3 }).map((die) => die === 0),
        halts: fc.integer({ min: 0, max: 5 }).map((die) => die === 0),
        behind: fc.array(fc.nat(), { maxLength: 2 }),
        waits: fc.boolean(),
        ends: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    ),
    concurrency: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  })
  .map(({ tasks, concurrency }) => {
    const ids = tasks.map(({ job }, at) => `${job ? 'jobs.j' : 'services.s'}${at}`);
    const steps: { name: string; tasks: NonNullable<BuiltStep['tasks'][number]>[] }[] = [
      { name: 'step0', tasks: [] },
    ];
    const rehearsed = new Map<TaskId, RehearsedTask>();
    tasks.forEach((task, at) => {
      const id = ids[at] ?? '';
      const dependsOn = at === 0 ? [] : [...new Set(task.behind.map((back) => ids[back % at] ?? ''))];
      steps.at(-1)?.tasks.push({ id, dependsOn, waitForFinish: task.waits, haltOnError: task.halts });
      rehearsed.set(id as TaskId, { takesMs: task.takesMs, ...(task.fails && { fails: 'drawn to fail' }) });
      if (task.ends) steps.push({ name: `step${steps.length}`, tasks: [] });
    });
    const plan = buildPlan(steps.filter((step) => step.tasks.length > 0));
    const rehearsal: Rehearsal = { defaults: builtInDurations, tasks: rehearsed };
    return { plan, rehearsal, concurrency };
  });

/** The state of a run as its events tell it, after everything that is said of one instant. */
class Watcher {
  readonly started = new Set<TaskId>();
  readonly settled = new Set<NodeId>();
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  see(event: RunEvent): void {
    if (event.type === 'task-started') this.started.add(event.task);
    if (event.type === 'task-settled') this.settled.add(event.task);
  }

  running(): readonly TaskId[] {
    return [...this.started].filter((task) => !this.settled.has(task));
  }

  /** Whether all that stands before a node has settled; gates settle by themselves. */
  isFree(id: NodeId): boolean {
    return this.#plan.dependencies(id).every(({ from }) => {
      const node = this.#plan.node(from);
      return node.kind === 'gate' ? this.isFree(from) : this.settled.has(from);
    });
  }

  startable(): readonly TaskNode[] {
    return this.#plan.tasks.filter(
      ({ id }) => !this.started.has(id) && !this.settled.has(id) && this.isFree(id),
    );
  }
}

/** The events of a run, those of one instant together. */
function instantsOf(events: readonly RunEvent[]): readonly (readonly RunEvent[])[] {
  const instants = new Map<number, RunEvent[]>();
  for (const event of events) instants.set(event.at, [...(instants.get(event.at) ?? []), event]);
  return [...instants.values()];
}

function play({
  plan,
  rehearsal,
  concurrency,
}: {
  plan: Plan;
  rehearsal: Rehearsal;
  concurrency: number | undefined;
}) {
  const { sink, events } = createRecordingSink();
  const settled = rehearsePlan(plan, rehearsal, { sink, concurrency });
  return { settled, events };
}

test('no task starts before everything it waits for has settled', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const watcher = new Watcher(run.plan);
      for (const event of play(run).events) {
        if (event.type === 'task-started') expect(watcher.isFree(event.task)).toBe(true);
        watcher.see(event);
      }
    }),
  );
});

test('nothing is idle that may run: after each instant all slots are taken or nothing can start', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const watcher = new Watcher(run.plan);
      for (const instant of instantsOf(play(run).events)) {
        instant.forEach((event) => {
          watcher.see(event);
        });
        const free = run.concurrency === undefined || watcher.running().length < run.concurrency;
        if (free) expect(watcher.startable()).toEqual([]);
      }
    }),
  );
});

test('never more in flight than the bound', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const watcher = new Watcher(run.plan);
      for (const event of play(run).events) {
        watcher.see(event);
        expect(watcher.running().length).toBeLessThanOrEqual(run.concurrency ?? Infinity);
      }
    }),
  );
});

test('what starts when a slot is free has the longest chain of all that could', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const chains = longestChains(run.plan, rehearsedDurations(run.rehearsal));
      const watcher = new Watcher(run.plan);
      for (const event of play(run).events) {
        if (event.type === 'task-started') {
          const longest = Math.max(...watcher.startable().map(({ id }) => chains.behind(id)));
          expect(chains.behind(event.task)).toBe(longest);
        }
        watcher.see(event);
      }
    }),
  );
});

test('each task settles exactly once, and the run ends with it', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const { events } = play(run);
      const settlings = events.flatMap((event) => (event.type === 'task-settled' ? [event.task] : []));
      expect(settlings.toSorted()).toEqual(run.plan.tasks.map(({ id }) => id).toSorted());
      expect(events.at(-1)?.type).toBe('run-settled');
    }),
  );
});

test('nothing starts at or after the instant of a halt', () => {
  fc.assert(
    fc.property(arbitraryRuns, (run) => {
      const { settled, events } = play(run);
      const halting = events.findIndex(
        (event) =>
          event.type === 'task-settled' &&
          event.outcome.kind === 'failed' &&
          run.plan.tasks.some(({ id, haltOnError }) => id === event.task && haltOnError),
      );
      expect(settled.outcome === 'halted').toBe(halting >= 0);
      if (halting < 0) return;
      expect(
        events.slice(halting).filter(({ type }) => type === 'task-started' || type === 'step-opened'),
      ).toEqual([]);
      expect(settled.at).toBe(events[halting]?.at);
    }),
  );
});
