import type { TaskId } from '../domain/ids.js';
import type { Plan, PlanEdge } from '../domain/plan.js';
import { walkTasks, type WalkDirection } from '../domain/plan-walk.js';
import type { ExplainedWait, TaskExplanation } from '../domain/task-explanation.js';

/** Why a task of the plan waits, for whom, by which line, and what waits for it. Throws ("Bug: …") for an unknown task. */
export function explainTask(plan: Plan, id: TaskId): TaskExplanation {
  const task = plan.node(id);
  if (task.kind === 'gate') throw new Error(`Bug: ${id} is a gate, not a task.`);
  return {
    task,
    waitsFor: plan.dependencies(id).map((edge) => explainWait(plan, edge, 'before')),
    waitedForBy: plan.dependents(id).map((edge) => explainWait(plan, edge, 'after')),
    before: tasksFrom(plan, id, 'before'),
    after: tasksFrom(plan, id, 'after'),
  };
}

function explainWait(plan: Plan, edge: PlanEdge, direction: WalkDirection): ExplainedWait {
  const node = plan.node(direction === 'before' ? edge.from : edge.to);
  if (node.kind !== 'gate') return { edge, node: node.id, tasks: [node.id] };
  const met = walkTasks(plan, node.id, { direction, goesThrough: () => false });
  return { edge, node: node.id, tasks: inPlanOrder(plan, met) };
}

function tasksFrom(plan: Plan, id: TaskId, direction: WalkDirection): readonly TaskId[] {
  return inPlanOrder(plan, walkTasks(plan, id, { direction, goesThrough: () => true }));
}

function inPlanOrder(plan: Plan, tasks: ReadonlySet<TaskId>): readonly TaskId[] {
  return plan.nodes.flatMap((node) => (node.kind !== 'gate' && tasks.has(node.id) ? [node.id] : []));
}
