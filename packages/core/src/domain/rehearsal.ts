import type { TaskId, TaskKind } from './ids.js';
import type { TaskNode } from './plan.js';

/** How a task behaves when it is rehearsed. Times are milliseconds since its start. */
export interface RehearsedTask {
  /** From start to ready, or to the verdict when it fails; per attempt of a job. */
  readonly takesMs: number;
  /** The reason of its failure; absent when it succeeds. */
  readonly fails?: string;
  /** When a failed service or chart becomes ready after all. */
  readonly healsMs?: number;
}

/** A rehearsal file (cli.md), complete: what the file leaves out has the file's or the built-in defaults. */
export interface Rehearsal {
  readonly defaults: Readonly<Record<TaskKind, number>>;
  readonly tasks: ReadonlyMap<TaskId, RehearsedTask>;
}

/** Durations in milliseconds for tasks that no rehearsal file and no history knows. */
export const builtInDurations: Rehearsal['defaults'] = {
  service: 30_000,
  job: 60_000,
  chart: 60_000,
  'remove-environment': 30_000,
};

/** How long a task is expected to take, in milliseconds; what urgency and ETAs are computed from. */
export type ExpectedDurations = (task: TaskNode) => number;
