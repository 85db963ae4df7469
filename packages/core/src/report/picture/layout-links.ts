import dagre from '@dagrejs/dagre';
import type { TaskId } from '../../domain/ids.js';
import type { Point, Size } from './geometry.js';

// What we use of dagre. Its own types name files without extension, which TypeScript does not resolve for ES modules.
interface LayoutGraph {
  setGraph(label: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(make: () => object): void;
  setNode(id: string, label: Size): void;
  setEdge(from: string, to: string): void;
  graph(): Partial<Size>;
  node(id: string): Point;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

interface LayoutLibrary {
  readonly graphlib: { readonly Graph: new () => LayoutGraph };
  layout(graph: LayoutGraph): void;
}

const library = dagre as unknown as LayoutLibrary;

/** A dependency between two tasks of one step. */
export interface StepLink {
  readonly from: TaskId;
  readonly to: TaskId;
}

/** Where the tasks of a step that depend on each other stand, and the lines between them. */
export interface LinkedLayout extends Size {
  /** The top left corners. */
  readonly cards: ReadonlyMap<TaskId, Point>;
  /** In the order of the links that were given. */
  readonly lines: readonly (readonly Point[])[];
}

/**
 * Lays out tasks that are linked, from left to right. The only file that knows the layout library: dagre, because
 * it lays out 1,000 linked tasks in 0.4 s and loads in a tenth of the time of elkjs.
 */
export function layoutLinks(tasks: readonly TaskId[], links: readonly StepLink[], card: Size): LinkedLayout {
  const graph = new library.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 48, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of tasks) graph.setNode(id, { ...card });
  for (const { from, to } of links) graph.setEdge(from, to);
  library.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    cards: new Map(tasks.map((id) => [id, cornerOf(graph.node(id), card)])),
    lines: links.map((link) => lineOf(graph, link, card)),
  };
}

function cornerOf({ x, y }: Point, { width, height }: Size): Point {
  return { x: x - width / 2, y: y - height / 2 };
}

// From the right side of one card to the left side of the other; between neighbours straight, else where the
// layout leaves room between the cards that stand in the way.
function lineOf(graph: LayoutGraph, { from, to }: StepLink, { width }: Size): readonly Point[] {
  const { points } = graph.edge(from, to);
  const [start, end] = [graph.node(from), graph.node(to)];
  const between = points.length > 3 ? points.slice(1, -1) : [];
  return [{ x: start.x + width / 2, y: start.y }, ...between, { x: end.x - width / 2, y: end.y }];
}
