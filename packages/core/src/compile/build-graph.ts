import { DirectedGraph } from 'graphology';
import type { NodeId } from '../domain/ids.js';
import type { EdgeReason, PlanNode } from '../domain/plan.js';

/** `from` must settle before `to` starts; several of the same pair become one edge with all their reasons. */
export interface DrawnEdge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly reasons: readonly EdgeReason[];
}

/** An edge as its `from` sees it. */
export interface EdgeOut {
  /** The place of the node that waits. */
  readonly to: number;
  readonly reasons: readonly EdgeReason[];
}

/** The drawn graph, which may still hold circles and edges that others imply. Nodes go by their place in file order. */
export interface Graph {
  /** In file order. */
  readonly nodes: readonly PlanNode[];
  /** Places of the nodes that must settle before the one at `place`, in file order. */
  before(place: number): readonly number[];
  /** Places of the nodes that wait for the one at `place`, in file order. */
  after(place: number): readonly number[];
  /** The edges from the node at `place`, in the order of `after`. */
  edges(place: number): readonly EdgeOut[];
}

interface NodeAttributes {
  readonly place: number;
}

interface EdgeAttributes {
  readonly reasons: readonly EdgeReason[];
}

type Drawing = DirectedGraph<NodeAttributes, EdgeAttributes>;

/** Puts nodes and edges together. Every edge must join two of the nodes. */
export function buildGraph(nodes: readonly PlanNode[], edges: Iterable<DrawnEdge>): Graph {
  const drawing: Drawing = new DirectedGraph();
  nodes.forEach(({ id }, place) => drawing.addNode(id, { place }));
  for (const edge of edges) addEdge(drawing, edge);
  return readGraph(nodes, drawing);
}

// Named by their number: the keys that graphology makes up differ from process to process.
function addEdge(drawing: Drawing, { from, to, reasons }: DrawnEdge): void {
  const known = drawing.edge(from, to);
  if (known === undefined) drawing.addDirectedEdgeWithKey(String(drawing.size), from, to, { reasons });
  else
    drawing.setEdgeAttribute(known, 'reasons', [...drawing.getEdgeAttribute(known, 'reasons'), ...reasons]);
}

// Read once into lists of numbers: the passes ask for neighbours far too often to look names up each time.
function readGraph(nodes: readonly PlanNode[], drawing: Drawing): Graph {
  const out: EdgeOut[][] = nodes.map(() => []);
  for (const { attributes, sourceAttributes: from, targetAttributes: to } of drawing.edgeEntries()) {
    out[from.place]?.push({ to: to.place, reasons: attributes.reasons });
  }
  for (const edges of out) edges.sort((left, right) => left.to - right.to);
  const after = out.map((edges) => edges.map(({ to }) => to));
  const before: number[][] = nodes.map(() => []);
  after.forEach((places, from) => {
    for (const to of places) before[to]?.push(from);
  });
  return {
    nodes,
    before: (place) => before[place] ?? [],
    after: (place) => after[place] ?? [],
    edges: (place) => out[place] ?? [],
  };
}
