import type { Located } from '../diagnostics/source.js';
import type { TaskEntry } from '../domain/deployment-file.js';
import type { StepName, TaskId } from '../domain/ids.js';
import type { PlanStep, TaskNode } from '../domain/plan.js';

/** A task with the step it stands in and what it was written to wait for. */
export interface ResolvedTask {
  readonly node: TaskNode;
  /** The position of its step, counted from 0. */
  readonly stepAt: number;
  readonly needs: TaskEntry['needs'];
  readonly dependsOn: readonly Located<string>[];
}

export interface ResolvedStep {
  readonly step: PlanStep;
  readonly tasks: readonly ResolvedTask[];
}

/** A workflow with every name replaced by what it stands for; what could not be is reported and left out. */
export interface ResolvedWorkflow {
  readonly name: string;
  readonly steps: readonly ResolvedStep[];
  /** In file order. */
  readonly tasks: ReadonlyMap<TaskId, ResolvedTask>;
  readonly stepByName: ReadonlyMap<StepName, ResolvedStep>;
  /** Written here but of no meaning: reported once, so whoever meets them again keeps silent. */
  readonly unknown: ReadonlySet<string>;
  /** Nobody wrote this workflow (rule 11): no advice about its steps. */
  readonly synthesized: boolean;
}
