import type { ObjectReference, RunOutcome, TaskOutcome, TaskOutcomeKind } from './outcome.js';
import type { Plan } from './plan.js';
import type { StepName, TaskId } from './ids.js';

/** Where a service, job or chart task is in its life (execution.md §1). */
export type Phase = 'render' | 'check' | 'apply' | 'wait';

/** One line of the last event: how a task ended. Times are milliseconds since the run began, null for a task that never started. */
export interface TaskSummary {
  readonly task: TaskId;
  readonly step: StepName;
  readonly outcome: TaskOutcomeKind;
  readonly startedAt: number | null;
  readonly settledAt: number;
  readonly reason: string;
}

/**
 * Everything that can happen in a run, in past tense (cli.md, Run events). The first event carries the whole
 * plan, so whoever reads the events needs nothing else. `at` is milliseconds since the run began.
 */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly at: number;
      readonly run: string;
      readonly cluster: string;
      readonly plan: Plan;
    }
  | { readonly type: 'step-opened'; readonly at: number; readonly step: StepName }
  | { readonly type: 'step-settled'; readonly at: number; readonly step: StepName }
  | {
      readonly type: 'task-started';
      readonly at: number;
      readonly task: TaskId;
      readonly step: StepName;
      readonly attempt: number;
    }
  | {
      readonly type: 'task-progressed';
      readonly at: number;
      readonly task: TaskId;
      readonly phase: Phase;
      readonly message: string;
      readonly objects?: readonly ObjectReference[];
    }
  | {
      readonly type: 'task-settled';
      readonly at: number;
      readonly task: TaskId;
      readonly step: StepName;
      readonly outcome: TaskOutcome;
    }
  | { readonly type: 'task-recovered'; readonly at: number; readonly task: TaskId }
  | {
      readonly type: 'run-settled';
      readonly at: number;
      readonly outcome: RunOutcome;
      readonly exitCode: number;
      readonly durationMs: number;
      readonly criticalPath: readonly TaskId[];
      /** In file order. */
      readonly tasks: readonly TaskSummary[];
    };

/** The last event of a run: how it ended, and how each task did. */
export type RunSettled = Extract<RunEvent, { type: 'run-settled' }>;

/** Whoever wants to know: renderers, the journal, metrics. Must not throw. */
export type EventSink = (event: RunEvent) => void;
