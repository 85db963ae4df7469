import type { ExpectedRun, RunEvent } from '../domain/event.js';
import type { StepName, TaskId } from '../domain/ids.js';
import type { TaskOutcome, TaskOutcomeKind } from '../domain/outcome.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import type { FinishedBy } from '../domain/resumption.js';

export type RunSettledEvent = Extract<RunEvent, { type: 'run-settled' }>;
type RunStartedEvent = Extract<RunEvent, { type: 'run-started' }>;

/** Where a task is in its run. Times are milliseconds since the run began. */
export interface TaskState {
  readonly node: TaskNode;
  readonly status: 'waiting' | 'running' | 'settled';
  /** The attempt that runs or ran last; 0 before the first. */
  readonly attempt: number;
  readonly startedAt?: number;
  readonly settledAt?: number;
  readonly recoveredAt?: number;
  /** What the task told last. */
  readonly progress?: Extract<RunEvent, { type: 'task-progressed' }>;
  /** Present once the task has settled; `recovered` replaces the failure, its evidence stays. */
  readonly outcome?: TaskOutcome;
  /** Set when it was finished before this process began. */
  readonly kept?: FinishedBy;
}

/** All that the events of a run have told so far: what the live view, the waiting line and the summary are drawn from. */
export interface RunState {
  readonly plan: Plan;
  readonly run: string;
  readonly cluster: string;
  /** Absent when nothing is known of earlier runs. */
  readonly expected?: ExpectedRun;
  /** The time of the last event. */
  readonly at: number;
  /** In file order. */
  readonly tasks: ReadonlyMap<TaskId, TaskState>;
  readonly stepsOpenedAt: ReadonlyMap<StepName, number>;
  readonly stepsSettledAt: ReadonlyMap<StepName, number>;
  /** The last event, once it has come. */
  readonly settled?: RunSettledEvent;
}

/** How many tasks are where; settled ones by outcome. */
export type TaskCounts = Readonly<Record<'waiting' | 'running' | TaskOutcomeKind, number>>;

// What a RunState is inside the fold.
class FoldedRun implements RunState {
  readonly plan: Plan;
  readonly run: string;
  readonly cluster: string;
  readonly expected?: ExpectedRun;
  at: number;
  readonly tasks: Map<TaskId, TaskState>;
  readonly stepsOpenedAt = new Map<StepName, number>();
  readonly stepsSettledAt = new Map<StepName, number>();
  settled?: RunSettledEvent;

  constructor({ plan, run, cluster, at, expected }: RunStartedEvent) {
    if (expected !== undefined) this.expected = expected;
    this.plan = plan;
    this.run = run;
    this.cluster = cluster;
    this.at = at;
    this.tasks = new Map(plan.tasks.map((node) => [node.id, { node, status: 'waiting', attempt: 0 }]));
  }
}

/**
 * The state after one more event. The state given is used up: it becomes the new one, so that an event costs the
 * same however many tasks there are. Undefined until `run-started` has come, which begins anew.
 */
export function foldRun(state: RunState | undefined, event: RunEvent): RunState | undefined {
  if (event.type === 'run-started') return new FoldedRun(event);
  if (state === undefined) return undefined;
  if (!(state instanceof FoldedRun)) throw new Error('Bug: this state was not made by foldRun.');
  applyEvent(state, event);
  return state;
}

/** The state after all the events of a run, the first of which is `run-started`. */
export function runStateOf(events: readonly RunEvent[]): RunState {
  let state: RunState | undefined;
  for (const event of events) state = foldRun(state, event);
  if (state === undefined) throw new Error('Bug: the events of a run begin with run-started.');
  return state;
}

/** Counts of the tasks by status and outcome. */
export function countTasks(state: RunState): TaskCounts {
  const counts = {
    waiting: 0,
    running: 0,
    succeeded: 0,
    unchanged: 0,
    recovered: 0,
    failed: 0,
    'timed-out': 0,
    superseded: 0,
    cancelled: 0,
    skipped: 0,
  };
  for (const task of state.tasks.values())
    counts[task.status === 'settled' ? (task.outcome?.kind ?? 'succeeded') : task.status] += 1;
  return counts;
}

function applyEvent(folded: FoldedRun, event: Exclude<RunEvent, RunStartedEvent>): void {
  folded.at = event.at;
  switch (event.type) {
    case 'step-opened':
      folded.stepsOpenedAt.set(event.step, event.at);
      return;
    case 'step-settled':
      folded.stepsSettledAt.set(event.step, event.at);
      return;
    case 'run-settled':
      folded.settled = event;
      return;
    case 'task-started':
    case 'task-progressed':
    case 'task-logged':
    case 'task-settled':
    case 'task-recovered':
      folded.tasks.set(event.task, nextTaskState(knownTask(folded, event.task), event));
  }
}

type TaskEvent = Extract<RunEvent, { task: TaskId }>;

function nextTaskState(task: TaskState, event: TaskEvent): TaskState {
  const { at } = event;
  switch (event.type) {
    case 'task-started':
      return { ...task, status: 'running', attempt: event.attempt, startedAt: task.startedAt ?? at };
    case 'task-progressed':
      return { ...task, progress: event };
    case 'task-logged':
      return task;
    case 'task-settled':
      return { ...task, status: 'settled', ...settledTimes(event), outcome: event.outcome };
    case 'task-recovered':
      return { ...task, recoveredAt: at, outcome: recoveredOutcome(task.outcome) };
  }
}

function settledTimes({
  at,
  kept,
}: Extract<RunEvent, { type: 'task-settled' }>): Partial<TaskState> & { readonly settledAt: number } {
  if (kept === undefined) return { settledAt: at };
  const { startedAt, settledAt, run, part } = kept;
  return { settledAt, ...(startedAt !== null && { startedAt }), kept: { run, part } };
}

function recoveredOutcome(before: TaskOutcome | undefined): TaskOutcome {
  const reason = before?.reason ?? '';
  const evidence = before !== undefined && 'evidence' in before ? before.evidence : undefined;
  return { kind: 'recovered', reason, ...(evidence !== undefined && { evidence }) };
}

function knownTask(folded: FoldedRun, id: TaskId): TaskState {
  const task = folded.tasks.get(id);
  if (task === undefined) throw new Error(`Bug: an event names ${id}, which is not in the plan.`);
  return task;
}
