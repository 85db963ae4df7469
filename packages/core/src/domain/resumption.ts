import type { TaskId } from './ids.js';
import type { TaskOutcome } from './outcome.js';

/** Who finished a task that a later process keeps: a run, and which part of it (1 unless it was resumed). */
export interface FinishedBy {
  readonly run: string;
  readonly part: number;
}

/** A task that is not run again. Times are milliseconds since the run began; `startedAt` is null when another run did it. */
export interface KeptTask {
  readonly outcome: TaskOutcome;
  readonly startedAt: number | null;
  readonly settledAt: number;
  readonly by: FinishedBy;
}

/** What a run knows when it begins of what was done before: by its own earlier parts, or by a run that it took over from. */
export interface Resumption {
  /** 1 for a new run, 2 for one that is resumed for the first time. */
  readonly part: number;
  /** Where its earlier parts ended, in milliseconds since the run began; 0 for a new run. */
  readonly at: number;
  readonly kept: ReadonlyMap<TaskId, KeptTask>;
  /** What was running when the part before ended, and goes on with the same attempt. */
  readonly running: ReadonlyMap<TaskId, { readonly startedAt: number; readonly attempt: number }>;
}

/** What a new run knows: nothing. */
export const fromTheStart: Resumption = { part: 1, at: 0, kept: new Map(), running: new Map() };
