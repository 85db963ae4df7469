import type { EventSink, RunSettled } from '../domain/event.js';
import type { Verdict } from '../domain/outcome.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import type { ExpectedDurations, RehearsedTask, Rehearsal } from '../domain/rehearsal.js';
import { createPriorityQueue } from '../domain/priority-queue.js';
import { createSchedule } from '../schedule/schedule.js';
import type { Command, Happening } from '../schedule/turn.js';

export interface RehearseOptions {
  readonly sink: EventSink;
  /** How many tasks may be in flight; at least 1. Default: no bound. */
  readonly concurrency?: number | undefined;
  /** Default `rehearsal`. */
  readonly run?: string | undefined;
  /** Default `none (rehearsal)`. */
  readonly cluster?: string | undefined;
  readonly allowDegraded?: boolean | undefined;
}

interface Due {
  readonly atMs: number;
  /** Keeps what is due at one instant in the order in which it was asked for. */
  readonly sequence: number;
  readonly happening: Happening;
}

/**
 * Runs the plan in virtual time, through the very schedule that deploys, and returns the last event. Finishes at once:
 * tasks behave as the rehearsal says, the same rehearsal gives the same events.
 */
export function rehearsePlan(plan: Plan, rehearsal: Rehearsal, options: RehearseOptions): RunSettled {
  const { sink, run = 'rehearsal', cluster = 'none (rehearsal)', concurrency, allowDegraded } = options;
  const durations = rehearsedDurations(rehearsal);
  const schedule = createSchedule(plan, { run, cluster, durations, concurrency, allowDegraded });
  const agenda = createAgenda(rehearsal);
  for (let at = 0; ; at = Math.min(agenda.nextAt(), schedule.nextDeadline() ?? Infinity)) {
    if (at === Infinity) throw new Error('Bug: the rehearsal has come to a standstill.');
    for (let quiet = false; !quiet;) {
      const { events, commands, settled } = schedule.advance(at, agenda.takeDue(at));
      events.forEach(sink);
      if (settled !== undefined) return settled;
      for (const command of commands) agenda.note(command, at);
      quiet = commands.length === 0;
    }
  }
}

/** What urgency is computed from in a rehearsal: `takes`, else the rehearsal's default for the kind of task. */
export function rehearsedDurations(rehearsal: Rehearsal): ExpectedDurations {
  return (task) => rehearsedTask(rehearsal, task).takesMs;
}

/** How a task behaves: as the rehearsal says, else it succeeds after the default of its kind. */
export function rehearsedTask(rehearsal: Rehearsal, task: TaskNode): RehearsedTask {
  return rehearsal.tasks.get(task.id) ?? { takesMs: rehearsal.defaults[task.kind] };
}

/** What a try at a task comes to after `takesMs`. */
export function rehearsedVerdict(task: TaskNode, { fails }: RehearsedTask): Verdict {
  if (fails !== undefined) return { kind: 'failed', reason: fails };
  return { kind: 'succeeded', reason: succeededReasons[task.kind] };
}

/** When a service or chart whose task failed or timed out becomes ready after all, counted from its start. */
export function rehearsedReadyMs({ takesMs, fails, healsMs }: RehearsedTask): number | undefined {
  return fails === undefined ? takesMs : healsMs;
}

const succeededReasons: Readonly<Record<TaskNode['kind'], string>> = {
  service: 'ready',
  chart: 'ready',
  job: 'completed',
  'remove-environment': 'removed',
};

// What the tasks in flight are going to do, by the instant at which they do it.
function createAgenda(rehearsal: Rehearsal) {
  const queue = createPriorityQueue<Due>(
    (left, right) => left.atMs - right.atMs || left.sequence - right.sequence,
  );
  const startedAt = new Map<TaskNode, number>();
  let sequence = 0;
  const add = (atMs: number, happening: Happening): void => {
    queue.push({ atMs, sequence: (sequence += 1), happening });
  };
  const start = (task: TaskNode, attempt: number, at: number): void => {
    if (attempt === 1) startedAt.set(task, at);
    const rehearsed = rehearsedTask(rehearsal, task);
    const verdict = rehearsedVerdict(task, rehearsed);
    add(at + rehearsed.takesMs, { kind: 'verdict', task: task.id, attempt, verdict });
  };
  const watch = (task: TaskNode, at: number): void => {
    const readyMs = rehearsedReadyMs(rehearsedTask(rehearsal, task));
    if (readyMs === undefined) return;
    add(Math.max(at, (startedAt.get(task) ?? 0) + readyMs), { kind: 'recovered', task: task.id });
  };
  return {
    nextAt: (): number => queue.peek()?.atMs ?? Infinity,
    takeDue: (at: number): readonly Happening[] => {
      const due: Happening[] = [];
      for (let next = queue.peek(); next !== undefined && next.atMs <= at; next = queue.peek()) {
        due.push(next.happening);
        queue.pop();
      }
      return due;
    },
    note: (command: Command, at: number): void => {
      if (command.kind === 'start') start(command.task, command.attempt, at);
      if (command.kind === 'watch') watch(command.task, at);
    },
  };
}
