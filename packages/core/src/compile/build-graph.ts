import { DirectedGraph } from 'graphology';
import type { NodeId } from '../domain/ids.js';
import type { EdgeReason, PlanNode } from '../domain/plan.js';

/** `from` must settle before `to` starts; several of the same pair become one edge with all their reasons. */
export interface DrawnEdge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly reasons: readonly EdgeReason[];
}

/** The drawn graph, which may still hold circles and edges that others imply. Nodes go by their place in file order. */
export interface Graph {
  /** In file order. */
  readonly nodes: readonly PlanNode[];
  /** Places of the nodes that must settle before the one at `place`. */
  before(place: number): readonly number[];
  /** Places of the nodes that wait for the one at `place`. */
  after(place: number): readonly number[];
  /** Throws ("Bug: …") when there is no such edge. */
  edge(from: number, to: number): DrawnEdge;
}

interface NodeAttributes {
  readonly place: number;
}

interface EdgeAttributes {
  readonly reasons: readonly EdgeReason[];
}

/** Puts nodes and edges together. Every edge must join two of the nodes. */
export function buildGraph(nodes: readonly PlanNode[], edges: Iterable<DrawnEdge>): Graph {
  const graph = new DirectedGraph<NodeAttributes, EdgeAttributes>();
  nodes.forEach(({ id }, place) => graph.addNode(id, { place }));
  for (const edge of edges) addEdge(graph, edge);
  const idAt = (place: number) => nodeAt(nodes, place).id;
  const placeOf = (id: string) => graph.getNodeAttribute(id, 'place');
  const places = (ids: readonly string[]) => ids.map(placeOf).sort((left, right) => left - right);
  const before = nodes.map(({ id }) => places(graph.inNeighbors(id)));
  const after = nodes.map(({ id }) => places(graph.outNeighbors(id)));
  return {
    nodes,
    before: (place) => before[place] ?? [],
    after: (place) => after[place] ?? [],
    edge: (from, to) => ({
      from: idAt(from),
      to: idAt(to),
      reasons: graph.getDirectedEdgeAttribute(idAt(from), idAt(to), 'reasons'),
    }),
  };
}

function nodeAt(nodes: readonly PlanNode[], place: number): PlanNode {
  const node = nodes[place];
  if (node === undefined) throw new Error(`Bug: the graph has no node at ${place}.`);
  return node;
}

// Named by their number: the keys that graphology makes up differ from process to process.
function addEdge(
  graph: DirectedGraph<NodeAttributes, EdgeAttributes>,
  { from, to, reasons }: DrawnEdge,
): void {
  const known = graph.edge(from, to);
  if (known === undefined) graph.addDirectedEdgeWithKey(String(graph.size), from, to, { reasons });
  else graph.setEdgeAttribute(known, 'reasons', [...graph.getEdgeAttribute(known, 'reasons'), ...reasons]);
}
