import type { NodeId, TaskId } from './ids.js';
import type { PlanEdge, TaskNode } from './plan.js';

/** One thing that a task waits for, or that waits for it. */
export interface ExplainedWait {
  /** With the reasons and the lines behind them. */
  readonly edge: PlanEdge;
  /** The other end of the edge. */
  readonly node: NodeId;
  /** The task itself; or, when the other end is a gate, the tasks on its far side, through further gates too. */
  readonly tasks: readonly TaskId[];
}

/** Why a task starts when it does (`plan --explain TASK`). Lists are in the order of the plan. */
export interface TaskExplanation {
  readonly task: TaskNode;
  /** What must settle before it starts; empty when it starts at 0. */
  readonly waitsFor: readonly ExplainedWait[];
  /** What its settling is waited for by; empty when nothing waits for it. */
  readonly waitedForBy: readonly ExplainedWait[];
  /** Every task that settles before it starts, however far away. */
  readonly before: readonly TaskId[];
  /** Every task that starts only after it has settled, however far away. */
  readonly after: readonly TaskId[];
}
