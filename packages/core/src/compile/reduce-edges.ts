import type { PlanNode } from '../domain/plan.js';
import type { Graph } from './build-graph.js';

/** Says of an edge of a graph whether the plan draws it: true when no other path leads from `from` to `to`. */
export type IsNecessary = (from: number, to: number) => boolean;

/**
 * Transitive reduction, in time that grows with the edges for plans made of steps. The ends of steps form a chain,
 * so whether a path leads through one of them is a comparison of two numbers; only edges that `depends_on` and
 * `needs` made past that chain are searched, and only where a longer way could exist.
 *
 * `order` lists the places of the graph's nodes, each after everything it waits for.
 */
export function reduceEdges(graph: Graph, order: readonly number[]): IsNecessary {
  const steps = measureSteps(graph, order);
  const longerWays = findLongerWays(graph, order, steps);
  return (from, to) => {
    if (steps.ownEnd(from) >= 0) {
      return !graph.before(to).some((other) => other !== from && steps.opened(other) >= steps.ownEnd(from));
    }
    if (steps.ownEnd(to) >= 0) {
      return !graph.after(from).some((other) => other !== to && steps.ends(other) <= steps.ownEnd(to));
    }
    return steps.ends(from) > steps.opened(to) && !longerWays(from).has(to);
  };
}

/** Where nodes stand on the chain of the steps' ends. */
interface Steps {
  /** The step whose end this node is, counted from 0; -1 for all other nodes. */
  ownEnd(place: number): number;
  /** The last step whose end this node waits for or is; -1 when there is none. */
  opened(place: number): number;
  /** The first step whose end waits for this node or is it; Infinity when there is none. */
  ends(place: number): number;
}

function measureSteps(graph: Graph, order: readonly number[]): Steps {
  const ownEnds = numberEnds(graph.nodes);
  const ownEnd = (place: number) => ownEnds[place] ?? -1;
  const openedAt: number[] = Array.from(graph.nodes, () => -1);
  const opened = (place: number) => openedAt[place] ?? -1;
  for (const place of order) {
    openedAt[place] = graph
      .before(place)
      .reduce((latest, before) => Math.max(latest, opened(before)), ownEnd(place));
  }
  const endsAt: number[] = Array.from(graph.nodes, () => Infinity);
  const ends = (place: number) => endsAt[place] ?? Infinity;
  for (const place of order.toReversed()) {
    const own = ownEnd(place) < 0 ? Infinity : ownEnd(place);
    endsAt[place] = graph.after(place).reduce((first, after) => Math.min(first, ends(after)), own);
  }
  return { ownEnd, opened, ends };
}

function numberEnds(nodes: readonly PlanNode[]): readonly number[] {
  let steps = 0;
  return nodes.map((node) => (node.kind === 'gate' && node.at === 'end' ? steps++ : -1));
}

const none: ReadonlySet<number> = new Set();

/** What can be reached from a node in two or more edges without passing the end of a step. Found once per node. */
function findLongerWays(
  graph: Graph,
  order: readonly number[],
  steps: Steps,
): (from: number) => ReadonlySet<number> {
  const depths = measureDepths(graph, order, steps);
  const depth = (place: number) => depths[place] ?? 0;
  const goesOn = (depthMax: number) => (place: number) => steps.ownEnd(place) < 0 && depth(place) < depthMax;
  let last: { readonly from: number; readonly found: ReadonlySet<number> } | undefined;
  return (from) => {
    if (last?.from === from) return last.found;
    const direct = graph.after(from).filter((place) => steps.ownEnd(place) < 0);
    const depthMax = direct.reduce((deepest, place) => Math.max(deepest, depth(place)), 0);
    // An edge to the next depth is the longest way there is.
    const found = depthMax <= depth(from) + 1 ? none : search(graph, direct, goesOn(depthMax));
    last = { from, found };
    return found;
  };
}

/** How many edges the longest way to each node has, counting none that touches the end of a step. */
function measureDepths(graph: Graph, order: readonly number[], steps: Steps): readonly number[] {
  const depths: number[] = Array.from(graph.nodes, () => 0);
  for (const place of order) {
    if (steps.ownEnd(place) >= 0) continue;
    for (const before of graph.before(place)) {
      if (steps.ownEnd(before) < 0) depths[place] = Math.max(depths[place] ?? 0, (depths[before] ?? 0) + 1);
    }
  }
  return depths;
}

/** Everything behind `starts`, going on only from places where that is worth it. */
function search(
  graph: Graph,
  starts: readonly number[],
  goesOn: (place: number) => boolean,
): ReadonlySet<number> {
  const found = new Set<number>();
  const pending = starts.filter(goesOn);
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    for (const after of graph.after(place)) {
      if (found.has(after)) continue;
      found.add(after);
      if (goesOn(after)) pending.push(after);
    }
  }
  return found;
}
