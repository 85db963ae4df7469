import type { RunEvent, RunSettled } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import type { CancelReason, Evidence, Verdict } from '../domain/outcome.js';
import type { TaskNode } from '../domain/plan.js';

/** What whoever drives a schedule tells it. What comes too late (a stopped try's verdict) is ignored. */
export type Happening =
  | {
      readonly kind: 'verdict';
      readonly task: TaskId;
      /** The attempt this is the verdict of. */
      readonly attempt: number;
      readonly verdict: Verdict;
    }
  /** What there is to say about a task should it run into its timeout. */
  | { readonly kind: 'explained'; readonly task: TaskId; readonly evidence: Evidence }
  /** A watched service or chart has become ready. */
  | { readonly kind: 'recovered'; readonly task: TaskId }
  | { readonly kind: 'cancelled'; readonly reason: CancelReason };

/** What a schedule asks of whoever drives it. */
export type Command =
  | { readonly kind: 'start'; readonly task: TaskNode; readonly attempt: number }
  /** The try that runs must end: its task has settled without it. */
  | { readonly kind: 'stop'; readonly task: TaskNode }
  /** Say `recovered` when the task's objects become ready. */
  | { readonly kind: 'watch'; readonly task: TaskNode }
  | { readonly kind: 'unwatch'; readonly task: TaskNode };

/** What one call of `advance` has changed. */
export interface Turn {
  /** In the order in which they happened; all of them at the instant of the call. */
  readonly events: readonly RunEvent[];
  readonly commands: readonly Command[];
  /** The last of the events, once the run has ended. */
  readonly settled?: RunSettled;
}
