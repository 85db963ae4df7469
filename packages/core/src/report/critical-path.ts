import type { NodeId } from '../domain/ids.js';
import type { Plan } from '../domain/plan.js';
import type { ExpectedDurations } from '../domain/rehearsal.js';

/** The longest chain of a plan: what decides how long it takes when nothing bounds how much runs at once. */
export interface CriticalPath {
  /** Tasks and gates, in order. */
  readonly nodes: readonly NodeId[];
  readonly durationMs: number;
}

/** The chain with the greatest sum of durations; among equals the one that stands first in the plan. */
export function findCriticalPath(plan: Plan, durations: ExpectedDurations): CriticalPath {
  const endMs = new Map<NodeId, number>();
  const before = new Map<NodeId, NodeId>();
  let last: NodeId | undefined;
  for (const node of plan.nodes) {
    let startMs = 0;
    for (const { from } of plan.dependencies(node.id)) {
      const settledMs = endMs.get(from) ?? 0;
      if (before.has(node.id) && settledMs <= startMs) continue;
      startMs = settledMs;
      before.set(node.id, from);
    }
    endMs.set(node.id, startMs + (node.kind === 'gate' ? 0 : durations(node)));
    if (last === undefined || (endMs.get(node.id) ?? 0) > (endMs.get(last) ?? 0)) last = node.id;
  }
  return { nodes: chainTo(before, last), durationMs: last === undefined ? 0 : (endMs.get(last) ?? 0) };
}

function chainTo(before: ReadonlyMap<NodeId, NodeId>, last: NodeId | undefined): readonly NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = last; at !== undefined; at = before.get(at)) nodes.unshift(at);
  return nodes;
}
