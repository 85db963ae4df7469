import type { Report } from '../diagnostics/report.js';
import type { EdgeReason, PlanNode } from '../domain/plan.js';
import type { Graph } from './build-graph.js';
import { findCycles, type Cycle } from './find-cycles.js';

interface Link {
  readonly from: PlanNode;
  readonly to: PlanNode;
  readonly reason: EdgeReason;
}

/** Reports the circles of a graph, edge by edge with the words that make each. */
export function reportCycles(graph: Graph, report: Report): void {
  for (const cycle of findCycles(graph)) reportCycle(linksOf(graph, cycle), report);
}

function linksOf(graph: Graph, cycle: Cycle): readonly Link[] {
  return cycle.flatMap((from, at) => {
    const to = cycle[(at + 1) % cycle.length] ?? from;
    const reason = graph.edges(from).find((edge) => edge.to === to)?.reasons[0];
    const [fromNode, toNode] = [graph.nodes[from], graph.nodes[to]];
    return reason && fromNode && toNode ? [{ from: fromNode, to: toNode, reason }] : [];
  });
}

function reportCycle(links: readonly Link[], report: Report): void {
  // What the author declared is what can be taken back, so the report points there, not at the order of steps.
  const culprit = links.find(({ reason }) => reason.kind !== 'step-order') ?? links[0];
  if (culprit === undefined) return;
  const names = [...links.map(({ from }) => describe(from)), describe(links[0]?.from ?? culprit.from)];
  report.add({
    code: 'compile/cycle',
    message:
      links.length === 1
        ? `${describe(culprit.to)} waits for itself, so it could never start.`
        : `A circle that could never start: ${names.join(' → ')}.`,
    help:
      links.length === 1
        ? 'Remove it from its own list.'
        : 'Take one of these back, or move a task to another step.',
    span: culprit.reason.span,
    related: links.map(({ from, to, reason }) => ({
      message: `${describe(to)} waits for ${describe(from)} (${reasonWords[reason.kind]}).`,
      span: reason.span,
    })),
  });
}

const reasonWords: Readonly<Record<EdgeReason['kind'], string>> = {
  'step-order': 'order of steps',
  'depends-on': 'depends_on',
  needs: 'needs',
};

function describe(node: PlanNode): string {
  if (node.kind !== 'gate') return node.id;
  return node.at === 'end' ? `the end of step ${node.step}` : `all of step ${node.step}`;
}
