import type { Graph } from './build-graph.js';

/** Places of nodes, each settling before the next and the last before the first. */
export type Cycle = readonly number[];

const cyclesMax = 10;

/**
 * The shortest circle of the graph, then the shortest that shares no node with it, and so on (10 at most): each
 * needs a mend of its own. Empty for a graph that can run.
 */
export function findCycles(graph: Graph): readonly Cycle[] {
  const left = new Set(graph.nodes.keys());
  const cycles: Cycle[] = [];
  while (cycles.length < cyclesMax) {
    peel(graph, left);
    const cycle = shortestCycle(graph, left);
    if (cycle === undefined) break;
    cycles.push(cycle);
    for (const place of cycle) left.delete(place);
  }
  return cycles;
}

/** Takes away, again and again, what waits for nothing that is left: no circle goes through it. */
function peel(graph: Graph, left: Set<number>): void {
  const waiting = new Map<number, number>();
  const free: number[] = [];
  for (const place of left) {
    const count = graph.before(place).filter((before) => left.has(before)).length;
    waiting.set(place, count);
    if (count === 0) free.push(place);
  }
  for (let place = free.pop(); place !== undefined; place = free.pop()) {
    left.delete(place);
    for (const after of graph.after(place)) {
      if (!left.has(after)) continue;
      const count = (waiting.get(after) ?? 0) - 1;
      waiting.set(after, count);
      if (count === 0) free.push(after);
    }
  }
}

/** Every circle steps back in file order at least once, so it is enough to close each edge that does. */
function shortestCycle(graph: Graph, left: ReadonlySet<number>): Cycle | undefined {
  let shortest: Cycle | undefined;
  for (const from of left) {
    for (const to of graph.after(from)) {
      if (to > from || !left.has(to)) continue;
      const path = shortestPath(graph, left, {
        from: to,
        to: from,
        lengthMax: (shortest?.length ?? Infinity) - 1,
      });
      if (path !== undefined) shortest = path;
    }
  }
  return shortest;
}

interface Search {
  readonly from: number;
  readonly to: number;
  /** In nodes, both ends included. */
  readonly lengthMax: number;
}

function shortestPath(
  graph: Graph,
  left: ReadonlySet<number>,
  search: Search,
): readonly number[] | undefined {
  const cameFrom = new Map<number, number | undefined>([[search.from, undefined]]);
  let reached = [search.from];
  for (let length = 1; length <= search.lengthMax && reached.length > 0; length++) {
    if (cameFrom.has(search.to)) return pathTo(cameFrom, search.to);
    const next: number[] = [];
    for (const place of reached) {
      for (const after of graph.after(place)) {
        if (!left.has(after) || cameFrom.has(after)) continue;
        cameFrom.set(after, place);
        next.push(after);
      }
    }
    reached = next;
  }
  return undefined;
}

function pathTo(cameFrom: ReadonlyMap<number, number | undefined>, end: number): readonly number[] {
  const path: number[] = [];
  for (let place: number | undefined = end; place !== undefined; place = cameFrom.get(place))
    path.push(place);
  return path.reverse();
}
