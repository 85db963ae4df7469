import type { Plan, PlanEdge, TaskNode } from '../../domain/plan.js';
import { formatDuration } from '../format-duration.js';
import {
  countKinds,
  isDeclared,
  isFloating,
  isLoose,
  kindNouns,
  startNote,
  tasksOf,
  waitNote,
} from '../plan-view.js';
import { metrics, type Band, type PlanLayout, type Point, type Size } from './geometry.js';
import { emptyContent, layoutStep, shift } from './layout-step.js';
import { routeAcross } from './route-across.js';
import { textWidth } from './text-width.js';

const cardWidthMax = 300;
// A picture narrower than this has its labels above the cards.
const labelBesideMin = 800;

/**
 * Lays out a plan: a band per step from top to bottom, cards in rows, linked cards from left to right. The picture
 * is about `width` pixels wide, less where that is enough, more where a chain of linked cards or a card is wider.
 */
export function layoutPlan(plan: Plan, width: number): PlanLayout {
  const card = cardSize(plan);
  const label = width < labelBesideMin ? 'above' : 'beside';
  const inset: Point =
    label === 'beside'
      ? { x: labelRoom(plan), y: metrics.padding }
      : { x: metrics.padding, y: metrics.padding + metrics.labelHeight };
  const room = width - sideRoom(plan) - inset.x - metrics.padding;
  const contents = plan.steps.map((step) => layoutStep(plan, step, { card, width: room }));
  const contentWidth = Math.max(card.width, ...contents.map((content) => content.width));
  const bandWidth = inset.x + contentWidth + metrics.padding;
  let y = metrics.head;
  const bands = plan.steps.map((step, at): Band => {
    const content = contents[at] ?? emptyContent;
    const floats = isFloating(plan, step);
    const x = metrics.bandX + (floats ? metrics.floatShift : 0);
    const height = inset.y + Math.max(content.height, label === 'beside' ? card.height : 0) + metrics.padding;
    const origin = { x: x + inset.x, y: y + inset.y };
    const labelWidth = (label === 'beside' ? inset.x : bandWidth) - metrics.labelX - 8;
    const band = { step, number: at + 1, floats, label, labelWidth, x, y, width: bandWidth, height } as const;
    y += height + metrics.bandGap;
    return { ...band, cards: content.cards.map((one) => ({ ...one, ...shift(one, origin) })) };
  });
  const cards = new Map(bands.flatMap((band) => band.cards.map((one) => [one.task.id, one])));
  const inStep = bands.flatMap((band, at) =>
    (contents[at] ?? emptyContent).links.map((link) => ({
      ...link,
      points: link.points.map((point) => shift(point, { x: band.x + inset.x, y: band.y + inset.y })),
    })),
  );
  const right = Math.max(0, ...bands.map((band) => band.x)) + bandWidth;
  const across = routeAcross(plan, { bands, cards, right });
  const lanes =
    across.length === 0 ? 0 : Math.max(...across.flatMap(({ points }) => points.map(({ x }) => x))) - right;
  return {
    width: right + lanes + metrics.margin,
    height: y + 12,
    bands,
    cards,
    links: [...inStep, ...across],
    rail: { x: metrics.railX, y: y - metrics.bandGap + 26 },
  };
}

function cardSize(plan: Plan): Size {
  const widest = Math.max(
    0,
    ...plan.tasks.map((task) => Math.max(textWidth(task.name, 13), factsWidth(plan, task))),
  );
  return { width: Math.round(Math.min(cardWidthMax, widest + 46)), height: metrics.cardHeight };
}

function factsWidth(plan: Plan, task: TaskNode): number {
  return textWidth(cardFacts(plan, task) + (task.haltOnError ? ' · halts' : ''), 11);
}

/** The second line of a task's card: its kind, its timeout and what sets it apart from its step. */
export function cardFacts(plan: Plan, task: TaskNode): string {
  return [
    kindNouns[task.kind],
    formatDuration(task.timeoutMs),
    ...(task.attemptsMax > 1 ? [`${task.attemptsMax} tries`] : []),
    ...(startNote(plan, task) === '' ? [] : [startNote(plan, task)]),
    ...(isLoose(plan, task) ? ['no wait'] : []),
  ].join(' · ');
}

// For the widest of what stands beside the cards, but not more than leaves room for these.
function labelRoom(plan: Plan): number {
  const widths = plan.steps.map((step) => {
    const tasks = tasksOf(plan, step);
    return Math.max(
      textWidth(step.name, 14) * 1.06,
      ...[countsText(tasks), waitNote(plan, step)].map((text) => textWidth(text, 11)),
    );
  });
  return Math.min(metrics.labelWidthMax, metrics.labelX + Math.max(60, ...widths) + 18);
}

/** What is said of a step under its name. */
export function countsText(tasks: readonly TaskNode[]): string {
  return countKinds(tasks) || 'no tasks';
}

// Left and right of the bands: the rail, the shift of bands that float, the lanes of lines between steps.
function sideRoom(plan: Plan): number {
  const across = plan.edges.filter((edge) => isDeclared(edge) && leavesStep(plan, edge)).length;
  const lanes = across === 0 ? 0 : 10 + Math.min(across, 6) * metrics.laneGap;
  const floats = plan.steps.some((step) => isFloating(plan, step)) ? metrics.floatShift : 0;
  return metrics.bandX + floats + lanes + metrics.margin;
}

function leavesStep(plan: Plan, { from, to }: PlanEdge): boolean {
  const source = plan.node(from);
  return source.kind === 'gate' || source.step !== plan.node(to).step;
}
