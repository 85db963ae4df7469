import type { TaskId } from './ids.js';
import type { TaskNode } from './plan.js';

/** Two tasks of which the first must have settled before the second starts. */
export interface OrderedPair {
  readonly first: TaskId;
  readonly then: TaskId;
}

/** A task that is in both plans and starts at another time, when nothing fails and nothing bounds how many run. */
export interface ChangedStart {
  readonly task: TaskId;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** What may differ about how a task is run. */
export type ComparedPolicy = 'step' | 'timeoutMs' | 'attemptsMax' | 'haltOnError' | 'waitForFinish';

export interface ChangedPolicy {
  readonly task: TaskId;
  readonly policy: ComparedPolicy;
  readonly before: TaskNode[ComparedPolicy];
  readonly after: TaskNode[ComparedPolicy];
}

/** The longest chain of a plan and how long it takes. */
export interface ComparedPath {
  readonly tasks: readonly TaskId[];
  readonly lengthMs: number;
}

/** What changed from one plan to another (`plan --compare`). Tasks in file order, those of the earlier plan first. */
export interface PlanComparison {
  /** True when both run alike: their digests are the same. */
  readonly same: boolean;
  readonly added: readonly TaskId[];
  readonly removed: readonly TaskId[];
  readonly starts: readonly ChangedStart[];
  /**
   * Orders that held and hold no more. Only neighbours: with "a before b" and "b before c" lost, "a before c" is
   * not listed, and neither is what further tasks still guarantee.
   */
  readonly lostGuarantees: readonly OrderedPair[];
  /** Tasks that could run side by side and no longer can; again neighbours only. */
  readonly lostParallelism: readonly OrderedPair[];
  readonly policies: readonly ChangedPolicy[];
  readonly criticalPath: { readonly before: ComparedPath; readonly after: ComparedPath };
}
