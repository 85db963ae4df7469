import type { Phase, RunEvent } from '../domain/event.js';
import type { StepName, TaskId } from '../domain/ids.js';
import type { TaskOutcome, TaskOutcomeKind } from '../domain/outcome.js';
import type { Plan, TaskNode } from '../domain/plan.js';

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
  readonly progress?: { readonly phase: Phase; readonly message: string; readonly at: number };
  /** Present once the task has settled; `recovered` replaces the failure, its evidence stays. */
  readonly outcome?: TaskOutcome;
}

/** All that the events of a run have told so far: what the live view, the waiting line and the summary are drawn from. */
export interface RunState {
  readonly plan: Plan;
  readonly run: string;
  readonly cluster: string;
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

interface Draft {
  at: number;
  readonly tasks: Map<TaskId, TaskState>;
  readonly stepsOpenedAt: Map<StepName, number>;
  readonly stepsSettledAt: Map<StepName, number>;
  settled?: RunSettledEvent;
}

/**
 * The state after one more event; `state` itself stays as it was. Undefined until `run-started` has come, which
 * begins anew.
 */
export function foldRun(state: RunState | undefined, event: RunEvent): RunState | undefined {
  if (event.type === 'run-started') return startedState(event);
  if (state === undefined) return undefined;
  const draft = {
    ...state,
    tasks: new Map(state.tasks),
    stepsOpenedAt: new Map(state.stepsOpenedAt),
    stepsSettledAt: new Map(state.stepsSettledAt),
  };
  applyEvent(draft, event);
  return draft;
}

/** The state after all the events: the same as folding them one by one, without a copy for each. */
export function runStateOf(events: readonly RunEvent[]): RunState {
  const [first, ...rest] = events;
  if (first?.type !== 'run-started') throw new Error('Bug: the events of a run begin with run-started.');
  const draft = startedState(first);
  for (const event of rest) if (event.type !== 'run-started') applyEvent(draft, event);
  return draft;
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
    cancelled: 0,
    skipped: 0,
  };
  for (const task of state.tasks.values())
    counts[task.status === 'settled' ? (task.outcome?.kind ?? 'succeeded') : task.status] += 1;
  return counts;
}

function startedState({ plan, run, cluster, at }: RunStartedEvent): RunState & Draft {
  const tasks = plan.tasks.map((node): [TaskId, TaskState] => [
    node.id,
    { node, status: 'waiting', attempt: 0 },
  ]);
  return {
    plan,
    run,
    cluster,
    at,
    tasks: new Map(tasks),
    stepsOpenedAt: new Map(),
    stepsSettledAt: new Map(),
  };
}

function applyEvent(draft: Draft, event: Exclude<RunEvent, RunStartedEvent>): void {
  draft.at = event.at;
  switch (event.type) {
    case 'step-opened':
      draft.stepsOpenedAt.set(event.step, event.at);
      return;
    case 'step-settled':
      draft.stepsSettledAt.set(event.step, event.at);
      return;
    case 'run-settled':
      draft.settled = event;
      return;
    case 'task-started':
    case 'task-progressed':
    case 'task-settled':
    case 'task-recovered':
      draft.tasks.set(event.task, nextTaskState(knownTask(draft, event.task), event));
  }
}

type TaskEvent = Extract<RunEvent, { task: TaskId }>;

function nextTaskState(task: TaskState, event: TaskEvent): TaskState {
  const { at } = event;
  switch (event.type) {
    case 'task-started':
      return { ...task, status: 'running', attempt: event.attempt, startedAt: task.startedAt ?? at };
    case 'task-progressed':
      return { ...task, progress: { phase: event.phase, message: event.message, at } };
    case 'task-settled':
      return { ...task, status: 'settled', settledAt: at, outcome: event.outcome };
    case 'task-recovered':
      return { ...task, recoveredAt: at, outcome: recoveredOutcome(task.outcome) };
  }
}

function recoveredOutcome(before: TaskOutcome | undefined): TaskOutcome {
  const reason = before?.reason ?? '';
  const evidence = before !== undefined && 'evidence' in before ? before.evidence : undefined;
  return { kind: 'recovered', reason, ...(evidence !== undefined && { evidence }) };
}

function knownTask(draft: Draft, id: TaskId): TaskState {
  const task = draft.tasks.get(id);
  if (task === undefined) throw new Error(`Bug: an event names ${id}, which is not in the plan.`);
  return task;
}
