import type { NodeId, TaskId } from './ids.js';
import type { Plan, PlanNode } from './plan.js';
import type { ExpectedDurations } from './rehearsal.js';

/** How long the chains of a plan are when every task takes as long as expected and nothing bounds how many run. */
export interface LongestChains {
  /**
   * Milliseconds: the node's own duration (0 for a gate) plus the longest chain behind it, through gates too.
   * Throws ("Bug: …") for an id that is not in the plan.
   */
  behind(id: NodeId): number;
  /** The tasks of the longest chain of all, first to last; of equally long ones the first in file order. */
  readonly criticalPath: readonly TaskId[];
  /** The makespan without a bound: the length of the critical path. 0 for a plan without tasks. */
  readonly lengthMs: number;
}

interface Chain {
  readonly lengthMs: number;
  readonly next: PlanNode | undefined;
}

/** Measures every chain once, from the end of the plan to its beginning: linear in nodes and edges. */
export function longestChains(plan: Plan, durationOf: ExpectedDurations): LongestChains {
  const chains = new Map<NodeId, Chain>();
  let first: PlanNode | undefined;
  for (const node of plan.nodes.toReversed()) {
    const next = longest(
      plan.dependents(node.id).map(({ to }) => plan.node(to)),
      chains,
    );
    const lengthMs = ownDuration(node, durationOf) + lengthOf(chains, next);
    chains.set(node.id, { lengthMs, next });
    if (lengthMs >= lengthOf(chains, first)) first = node;
  }
  return {
    behind: (id) => chainOf(chains, id).lengthMs,
    criticalPath: first === undefined ? [] : tasksAlong(chains, first),
    lengthMs: lengthOf(chains, first),
  };
}

function ownDuration(node: PlanNode, durationOf: ExpectedDurations): number {
  return node.kind === 'gate' ? 0 : durationOf(node);
}

/** The first one with the longest chain. */
function longest(nodes: readonly PlanNode[], chains: ReadonlyMap<NodeId, Chain>): PlanNode | undefined {
  let best: PlanNode | undefined;
  for (const node of nodes) {
    if (best === undefined || lengthOf(chains, node) > lengthOf(chains, best)) best = node;
  }
  return best;
}

function lengthOf(chains: ReadonlyMap<NodeId, Chain>, node: PlanNode | undefined): number {
  return node === undefined ? 0 : chainOf(chains, node.id).lengthMs;
}

function chainOf(chains: ReadonlyMap<NodeId, Chain>, id: NodeId): Chain {
  const chain = chains.get(id);
  if (chain === undefined) throw new Error(`Bug: ${id} is not in the plan.`);
  return chain;
}

function tasksAlong(chains: ReadonlyMap<NodeId, Chain>, first: PlanNode): readonly TaskId[] {
  const tasks: TaskId[] = [];
  for (let node: PlanNode | undefined = first; node !== undefined; node = chainOf(chains, node.id).next) {
    if (node.kind !== 'gate') tasks.push(node.id);
  }
  return tasks;
}
