import type { NodeId, TaskId } from '../domain/ids.js';
import type { Plan } from '../domain/plan.js';
import type { SettledTask } from './task-states.js';

/**
 * What decided how long a run took: the task that settled last (`last`, else the first in file order of those that
 * started), what it waited for that settled last, and so on back to the beginning. Gates are walked through and not
 * named; waiting for a free slot is not waiting for a task. Empty when nothing started.
 */
export function findCriticalPath(
  plan: Plan,
  stateOf: (task: TaskId) => SettledTask,
  last: TaskId | undefined,
): readonly TaskId[] {
  const settledAt = settlingTimes(plan, stateOf);
  const started = plan.tasks.map(({ id }) => id).filter((id) => stateOf(id).startedAt !== null);
  const path: TaskId[] = [];
  let at: NodeId | undefined = last ?? latest(started, settledAt);
  while (at !== undefined) {
    const node = plan.node(at);
    if (node.kind !== 'gate') path.push(node.id);
    at = latest(
      plan.dependencies(at).map(({ from }) => from),
      settledAt,
    );
  }
  return path.reverse();
}

function settlingTimes(plan: Plan, stateOf: (task: TaskId) => SettledTask): ReadonlyMap<NodeId, number> {
  const settledAt = new Map<NodeId, number>();
  for (const node of plan.nodes) {
    const before = plan.dependencies(node.id).map(({ from }) => settledAt.get(from) ?? 0);
    settledAt.set(
      node.id,
      node.kind === 'gate'
        ? before.reduce((left, right) => Math.max(left, right), 0)
        : stateOf(node.id).settledAt,
    );
  }
  return settledAt;
}

// The first of those that settled at the latest instant.
function latest(ids: readonly NodeId[], settledAt: ReadonlyMap<NodeId, number>): NodeId | undefined {
  let found: NodeId | undefined;
  for (const id of ids)
    if (found === undefined || (settledAt.get(id) ?? 0) > (settledAt.get(found) ?? 0)) found = id;
  return found;
}
