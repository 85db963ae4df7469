import type {
  ObjectReference,
  RunOutcome,
  TaskOutcome,
  TaskOutcomeKind,
  UnansweredWrite,
} from './outcome.js';
import type { Plan } from './plan.js';
import type { StepName, TaskId } from './ids.js';
import type { FinishedBy } from './resumption.js';

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
  /** Set when this process did not run it: it was finished before. */
  readonly kept?: FinishedBy;
}

/** What the time that a run still takes is estimated from. */
export interface ExpectedRun {
  /** Milliseconds from a task's start to its end; a task of which nobody knows is absent. */
  readonly durations: ReadonlyMap<TaskId, number>;
  /** How many tasks may be in flight; absent: no bound. */
  readonly concurrency?: number;
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
      /** From 2 on for a run that is resumed: `at` goes on from where its earlier parts ended. */
      readonly part?: number;
      /** Absent when nothing was ever recorded of the deployment. */
      readonly expected?: ExpectedRun;
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
  /** A container of a job has printed a line; comes live. */
  | {
      readonly type: 'task-logged';
      readonly at: number;
      readonly task: TaskId;
      readonly pod: string;
      readonly container: string;
      readonly line: string;
    }
  | {
      readonly type: 'task-settled';
      readonly at: number;
      readonly task: TaskId;
      readonly step: StepName;
      readonly outcome: TaskOutcome;
      /** Set for a task that was finished before this process began, and when that was. */
      readonly kept?: FinishedBy & { readonly startedAt: number | null; readonly settledAt: number };
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
      /** Writes that were under way when the run was stopped; absent when all were answered. */
      readonly unanswered?: readonly UnansweredWrite[];
      /** Absent when nothing was to be pruned. */
      readonly pruned?: PruneSummary;
      /** Absent unless the run was halted and asked to put back what it had changed. */
      readonly rolledBack?: readonly RolledBackTask[];
    };

/** What a run has deleted because its files no longer have it, and what it has left although they do not. */
export interface PruneSummary {
  readonly deleted: readonly ObjectReference[];
  readonly kept: readonly { readonly object: ObjectReference; readonly reason: string }[];
  /** Why not all could be deleted; the run is then degraded. */
  readonly failure?: string;
}

/** What a halted run has put back (`--on-halt rollback`). */
export interface RolledBackTask {
  readonly task: TaskId;
  /** The good revision that was put back; null when the task never had one, so that it is as the run left it. */
  readonly revision: number | null;
  /** Whether that version is ready again; null when nothing was put back. */
  readonly outcome: TaskOutcomeKind | null;
  readonly reason: string;
}

/** The last event of a run: how it ended, and how each task did. */
export type RunSettled = Extract<RunEvent, { type: 'run-settled' }>;

/** Whoever wants to know: renderers, the journal, metrics. Must not throw. */
export type EventSink = (event: RunEvent) => void;
