import type { TaskId } from '../domain/ids.js';
import type { TaskOutcome } from '../domain/outcome.js';
import type { Plan } from '../domain/plan.js';
import type { FinishedBy } from '../domain/resumption.js';

/** Where a task is. Times are milliseconds since the run began. */
export type TaskState =
  /** Something that must settle before it has not. */
  | { readonly status: 'waiting' }
  /** Nothing but a free slot is missing. */
  | { readonly status: 'ready' }
  | {
      readonly status: 'running';
      /** When its first attempt started. */
      readonly startedAt: number;
      readonly attempt: number;
      readonly deadlineAt: number;
    }
  | {
      readonly status: 'settled';
      /** Null for a task that never started. */
      readonly startedAt: number | null;
      readonly settledAt: number;
      readonly outcome: TaskOutcome;
      /** True while it may still recover. */
      readonly watched: boolean;
      /** Set when it was finished before this run's part began. */
      readonly keptFrom?: FinishedBy;
    };

export type SettledTask = Extract<TaskState, { status: 'settled' }>;

/** The state of every task of a plan. */
export interface TaskStates {
  /** Throws ("Bug: …") for a task that is not in the plan. */
  of(task: TaskId): TaskState;
  /** The one way in which a task's state changes. Throws ("Bug: …") for a change that must not happen. */
  change(task: TaskId, next: TaskState): void;
}

// running → running is the next attempt; settled → settled is a recovery or the end of the watch for one.
const mayFollow: Readonly<Record<TaskState['status'], readonly TaskState['status'][]>> = {
  waiting: ['ready', 'settled'],
  ready: ['running', 'settled'],
  running: ['running', 'settled'],
  settled: ['settled'],
};

/** All tasks of the plan, waiting. */
export function createTaskStates(plan: Plan): TaskStates {
  const states = new Map<TaskId, TaskState>(plan.tasks.map(({ id }) => [id, { status: 'waiting' }]));
  const stateOf = (task: TaskId): TaskState => {
    const state = states.get(task);
    if (state === undefined) throw new Error(`Bug: ${task} is not a task of this plan.`);
    return state;
  };
  return {
    of: stateOf,
    change: (task, next) => {
      const { status } = stateOf(task);
      if (!mayFollow[status].includes(next.status))
        throw new Error(`Bug: ${task} is ${status} and cannot become ${next.status}.`);
      states.set(task, next);
    },
  };
}
