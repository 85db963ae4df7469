import type { NodeId, TaskId } from './ids.js';
import type { Plan, PlanNode } from './plan.js';

/** Which way a walk goes: to what a node waits for, or to what waits for it. */
export type WalkDirection = 'before' | 'after';

/** The neighbours of a node in one direction, in the order of the plan. */
function neighbours(plan: Plan, id: NodeId, direction: WalkDirection): readonly PlanNode[] {
  return direction === 'before'
    ? plan.dependencies(id).map(({ from }) => plan.node(from))
    : plan.dependents(id).map(({ to }) => plan.node(to));
}

/**
 * The tasks that a walk from `id` meets, without `id` itself. It goes on through gates and through the tasks for
 * which `goesThrough` is true.
 */
export function walkTasks(
  plan: Plan,
  id: NodeId,
  options: { readonly direction: WalkDirection; readonly goesThrough: (task: TaskId) => boolean },
): ReadonlySet<TaskId> {
  const met = new Set<TaskId>();
  const visited = new Set<NodeId>([id]);
  const pending: NodeId[] = [id];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const node of neighbours(plan, at, options.direction)) {
      if (visited.has(node.id)) continue;
      visited.add(node.id);
      if (node.kind !== 'gate') met.add(node.id);
      if (node.kind === 'gate' || options.goesThrough(node.id)) pending.push(node.id);
    }
  }
  return met;
}
