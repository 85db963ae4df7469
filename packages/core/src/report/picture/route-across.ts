import type { TaskId } from '../../domain/ids.js';
import type { Plan, PlanEdge } from '../../domain/plan.js';
import { isDeclared } from '../plan-view.js';
import { metrics, type Band, type Card, type Link, type Point } from './geometry.js';

interface Placed {
  readonly bands: readonly Band[];
  readonly cards: ReadonlyMap<TaskId, Card>;
  /** The right edge of the bands: lines that leave a step run down lanes beyond it. */
  readonly right: number;
}

// More lines than lanes share the outermost.
const lanesMax = 20;

/** Lines between steps: out of the card below, along a lane right of all bands, into the other card from above. */
export function routeAcross(plan: Plan, placed: Placed): readonly Link[] {
  const laneEnds: number[] = [];
  return plan.edges.filter(isDeclared).flatMap((edge): readonly Link[] => {
    const target = placed.cards.get(edge.to as TaskId);
    const source = sourcePoints(plan, placed, edge);
    if (target === undefined || source === undefined) return [];
    const start = source.at(-1) ?? { x: 0, y: 0 };
    const entry = { x: target.x + target.width * 0.7, y: target.y };
    const top = Math.min(start.y, entry.y - 6);
    const free = laneEnds.findIndex((end) => end < top);
    const lane = free === -1 ? Math.min(laneEnds.length, lanesMax - 1) : free;
    laneEnds[lane] = Math.max(start.y, entry.y);
    const x = placed.right + 10 + lane * metrics.laneGap;
    const points = [
      ...source,
      { x, y: start.y },
      { x, y: entry.y - 6 },
      { x: entry.x, y: entry.y - 6 },
      entry,
    ];
    return [{ edge, inStep: false, points }];
  });
}

function sourcePoints(plan: Plan, { bands, cards }: Placed, edge: PlanEdge): readonly Point[] | undefined {
  const node = plan.node(edge.from);
  if (node.kind === 'gate') {
    const band = bands.find(({ step }) => step.name === node.step);
    return band && [{ x: band.x + band.width, y: band.y + band.height / 2 }];
  }
  const card = cards.get(node.id);
  if (card === undefined || card.task.step === plan.node(edge.to).step) return undefined;
  const x = card.x + card.width * 0.3;
  const bottom = card.y + card.height;
  return [
    { x, y: bottom },
    { x, y: bottom + 6 },
  ];
}
