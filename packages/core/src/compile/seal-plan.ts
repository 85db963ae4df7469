import { createHash } from 'node:crypto';
import type { NodeId } from '../domain/ids.js';
import type { Plan, PlanEdge, PlanNode, PlanStep, TaskNode } from '../domain/plan.js';

/** What a plan is made of. Nodes are in topological order, edges by the order of their ends. */
export interface PlanParts {
  readonly name: string;
  readonly workflow: string;
  readonly steps: readonly PlanStep[];
  readonly nodes: readonly PlanNode[];
  readonly tasks: readonly TaskNode[];
  readonly edges: readonly PlanEdge[];
}

const noEdges: readonly PlanEdge[] = Object.freeze([]);

/** Freezes the parts and makes them a plan: from here on nothing about it changes. */
export function sealPlan(parts: PlanParts): Plan {
  const nodes = new Map<NodeId, PlanNode>(parts.nodes.map((node) => [node.id, node]));
  const before = groupEdges(parts.edges, 'to');
  const after = groupEdges(parts.edges, 'from');
  for (const frozen of [...parts.nodes, ...parts.edges, ...parts.steps]) Object.freeze(frozen);
  for (const { reasons } of parts.edges) Object.freeze(reasons);
  for (const { tasks } of parts.steps) Object.freeze(tasks);
  for (const list of [parts.nodes, parts.tasks, parts.edges, parts.steps]) Object.freeze(list);
  const node = (id: NodeId): PlanNode => {
    const found = nodes.get(id);
    if (found === undefined) throw new Error(`Bug: ${id} is not in the plan of workflow ${parts.workflow}.`);
    return found;
  };
  return Object.freeze({
    ...parts,
    digest: digestOf(parts),
    node,
    dependencies: (id: NodeId) => before.get(node(id).id) ?? noEdges,
    dependents: (id: NodeId) => after.get(node(id).id) ?? noEdges,
  });
}

function groupEdges(
  edges: readonly PlanEdge[],
  end: 'from' | 'to',
): ReadonlyMap<NodeId, readonly PlanEdge[]> {
  const groups = new Map<NodeId, PlanEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge[end]);
    if (group === undefined) groups.set(edge[end], [edge]);
    else group.push(edge);
  }
  for (const group of groups.values()) Object.freeze(group);
  return groups;
}

// One line per part, so that no part can run into the next. Positions and reasons are left out: what does not
// change how a plan runs does not change its digest.
function digestOf({ name, workflow, steps, nodes, edges }: PlanParts): string {
  const hash = createHash('sha256');
  const add = (part: readonly unknown[]) => hash.update(`${JSON.stringify(part)}\n`);
  add(['flotilla.dev/v1', name, workflow]);
  for (const step of steps) add(['step', step.name, step.waitForFinish, step.tasks]);
  for (const node of nodes) add(policiesOf(node));
  for (const { from, to } of edges) add(['edge', from, to]);
  return `sha256:${hash.digest('hex')}`;
}

function policiesOf(node: PlanNode): readonly unknown[] {
  if (node.kind === 'gate') return ['gate', node.id, node.step, node.at];
  const { kind, id, step, timeoutMs, attemptsMax, haltOnError, waitForFinish } = node;
  return [kind, id, step, timeoutMs, attemptsMax, haltOnError, waitForFinish];
}
