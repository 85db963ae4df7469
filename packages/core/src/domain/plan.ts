import type { SourceSpan } from '../diagnostics/source.js';
import type { GateId, NodeId, StepName, TaskId, TaskKind } from './ids.js';

/** A task of the plan: what to deploy is looked up in the file under its id; here is only how to run it. */
export interface TaskNode {
  readonly kind: TaskKind;
  readonly id: TaskId;
  /** The name inside its section (`db` of `services.db`); `remove_environment` for the built-in. */
  readonly name: string;
  readonly step: StepName;
  /** For all attempts of a job together. */
  readonly timeoutMs: number;
  /** 1 for everything but a job. */
  readonly attemptsMax: number;
  readonly haltOnError: boolean;
  /** False when the next step does not wait for this task. */
  readonly waitForFinish: boolean;
  /** The entry of the workflow that lists this task (the `X.all` entry for its members). */
  readonly span: SourceSpan;
}

/**
 * A point that takes no time and settles when everything before it has. `end`: the step has opened and all of
 * it that is waited for has settled, so the next step opens. `settled`: every task of the step has settled,
 * which is what `needs: [step]` waits for; made only for steps that a `needs` names.
 */
export interface GateNode {
  readonly kind: 'gate';
  readonly id: GateId;
  readonly step: StepName;
  readonly at: 'end' | 'settled';
}

export type PlanNode = TaskNode | GateNode;

/** Why an edge is there, and the words of the file that say so. */
export interface EdgeReason {
  readonly kind: 'step-order' | 'depends-on' | 'needs';
  readonly span: SourceSpan;
}

/** `from` must settle before `to` starts. No edge is implied by the others. */
export interface PlanEdge {
  readonly from: NodeId;
  readonly to: NodeId;
  /** At least one. */
  readonly reasons: readonly EdgeReason[];
}

export interface PlanStep {
  readonly name: StepName;
  /** The step's own `wait_for_finish`; its tasks may differ. */
  readonly waitForFinish: boolean;
  /** In file order, `X.all` expanded in place. Empty only for an `X.all` with nothing left. */
  readonly tasks: readonly TaskId[];
  readonly span: SourceSpan;
}

/**
 * A compiled workflow. Only the compiler makes one, and it is frozen: the state of a run is never on it.
 * The same file gives the same plan, byte for byte.
 */
export interface Plan {
  /** The deployment's name. */
  readonly name: string;
  readonly workflow: string;
  /** `sha256:…` over names, policies, nodes and edges; not over source positions. */
  readonly digest: string;
  /** In file order. */
  readonly steps: readonly PlanStep[];
  /** In topological order, ties in file order. */
  readonly nodes: readonly PlanNode[];
  /** The tasks among the nodes in file order: the order in which the workflow lists them. */
  readonly tasks: readonly TaskNode[];
  readonly edges: readonly PlanEdge[];
  /** Throws ("Bug: …") for an id that is not in the plan. */
  node(id: NodeId): PlanNode;
  /** Edges that end at the node. */
  dependencies(id: NodeId): readonly PlanEdge[];
  /** Edges that start at the node. */
  dependents(id: NodeId): readonly PlanEdge[];
}
