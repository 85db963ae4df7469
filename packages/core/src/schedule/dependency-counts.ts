import type { NodeId } from '../domain/ids.js';
import type { GateNode, Plan, PlanNode, TaskNode } from '../domain/plan.js';

/** What became free: gates that have settled, tasks that may start. In no particular order. */
export interface Freed {
  readonly gates: readonly GateNode[];
  readonly tasks: readonly TaskNode[];
}

/** Counts down what each node still waits for, so that a settling costs no more than the edges that start at it. */
export interface DependencyCounts {
  /** What waits for nothing. To be asked once, when the run begins. */
  begin(): Freed;
  /** What the settling of this task frees, through gates too. */
  settle(task: TaskNode): Freed;
}

export function createDependencyCounts(plan: Plan): DependencyCounts {
  const unmet = new Map<NodeId, number>(plan.nodes.map(({ id }) => [id, plan.dependencies(id).length]));
  const meet = (id: NodeId): boolean => {
    const left = (unmet.get(id) ?? 0) - 1;
    unmet.set(id, left);
    return left === 0;
  };
  const freedBehind = (id: NodeId): readonly PlanNode[] =>
    plan
      .dependents(id)
      .filter(({ to }) => meet(to))
      .map(({ to }) => plan.node(to));
  return {
    begin: () =>
      passGates(
        plan.nodes.filter(({ id }) => unmet.get(id) === 0),
        freedBehind,
      ),
    settle: ({ id }) => passGates(freedBehind(id), freedBehind),
  };
}

// A gate takes no time: it settles as it becomes free, and what it frees is free at the same instant.
function passGates(first: readonly PlanNode[], freedBehind: (id: NodeId) => readonly PlanNode[]): Freed {
  const gates: GateNode[] = [];
  const tasks: TaskNode[] = [];
  const free = [...first];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    if (node.kind !== 'gate') {
      tasks.push(node);
      continue;
    }
    gates.push(node);
    free.push(...freedBehind(node.id));
  }
  return { gates, tasks };
}
