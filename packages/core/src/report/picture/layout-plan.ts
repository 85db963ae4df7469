import type { TaskId } from '../../domain/ids.js';
import type { Plan, PlanEdge, PlanStep, TaskNode } from '../../domain/plan.js';
import { formatDuration } from '../format-duration.js';
import { isDeclared, kindNouns, startNote, tasksOf } from '../plan-view.js';
import {
  metrics,
  type Band,
  type Card,
  type Link,
  type PlanLayout,
  type Point,
  type Size,
} from './geometry.js';
import { layoutLinks, type LinkedLayout } from './layout-links.js';
import { routeAcross } from './route-across.js';
import { textWidth } from './text-width.js';

const cardWidthMax = 300;
const columnsMax = 8;
const targetWidth = 1000;

/** Lays out a plan: a band per step from top to bottom, cards in rows, linked cards from left to right. */
export function layoutPlan(plan: Plan): PlanLayout {
  const card = cardSize(plan);
  const columns = columnCount(plan, card.width);
  const contents = plan.steps.map((step) => layoutStep(plan, step, { card, columns }));
  const contentWidth = Math.max(card.width, ...contents.map(({ width }) => width));
  const bandWidth = metrics.labelWidth + contentWidth + metrics.padding;
  let y = metrics.head;
  const bands = plan.steps.map((step, at): Band => {
    const content = contents[at] ?? emptyContent;
    const floats = !tasksOf(plan, step).some((task) => task.waitForFinish);
    const x = metrics.bandX + (floats ? metrics.floatShift : 0);
    const height = Math.max(content.height, card.height) + 2 * metrics.padding;
    const origin = { x: x + metrics.labelWidth, y: y + metrics.padding };
    const band = { step, number: at + 1, floats, x, y, width: bandWidth, height };
    y += height + metrics.bandGap;
    return { ...band, cards: content.cards.map((one) => ({ ...one, ...shift(one, origin) })) };
  });
  const cards = new Map(bands.flatMap((band) => band.cards.map((one) => [one.task.id, one])));
  const inStep = bands.flatMap((band, at) =>
    (contents[at] ?? emptyContent).links.map((link) => ({
      ...link,
      points: link.points.map((point) =>
        shift(point, { x: band.x + metrics.labelWidth, y: band.y + metrics.padding }),
      ),
    })),
  );
  const right = metrics.bandX + metrics.floatShift + bandWidth;
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

interface StepContent extends Size {
  readonly cards: readonly Card[];
  readonly links: readonly Link[];
}

const emptyContent: StepContent = { width: 0, height: 0, cards: [], links: [] };

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
  const step = plan.steps.find(({ name }) => name === task.step);
  return [
    kindNouns[task.kind],
    formatDuration(task.timeoutMs),
    ...(task.attemptsMax > 1 ? [`${task.attemptsMax} tries`] : []),
    ...(startNote(plan, task) === '' ? [] : [startNote(plan, task)]),
    ...(!task.waitForFinish && step?.waitForFinish === true ? ['no wait'] : []),
  ].join(' · ');
}

function columnCount(plan: Plan, width: number): number {
  const largest = Math.max(1, ...plan.steps.map(({ tasks }) => tasks.length));
  const fitting = Math.max(2, Math.floor(targetWidth / (width + metrics.gapX)));
  return Math.min(columnsMax, Math.max(fitting, Math.ceil(Math.sqrt(largest / 5))));
}

interface Grid {
  readonly card: Size;
  readonly columns: number;
}

function layoutStep(plan: Plan, step: PlanStep, grid: Grid): StepContent {
  const tasks = tasksOf(plan, step);
  const own = new Set(step.tasks);
  const edges = tasks.flatMap((task) =>
    plan.dependencies(task.id).filter((edge) => isDeclared(edge) && own.has(edge.from as TaskId)),
  );
  const groups = linkedGroups(tasks, edges);
  const parts = groups.map((group) => layoutGroup(group, edges, grid.card));
  const linked = new Set(groups.flat());
  const loose = layoutGrid(
    tasks.filter((task) => !linked.has(task)),
    grid,
  );
  return stack([...parts, ...(loose.cards.length > 0 ? [loose] : [])]);
}

/** Tasks that are linked with each other, group by group; tasks without a link are in none. */
function linkedGroups(
  tasks: readonly TaskNode[],
  edges: readonly PlanEdge[],
): readonly (readonly TaskNode[])[] {
  const groupOf = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const joined = new Set([...(groupOf.get(from) ?? [from]), ...(groupOf.get(to) ?? [to])]);
    for (const id of joined) groupOf.set(id, joined);
  }
  return [...new Set(groupOf.values())].map((ids) => tasks.filter(({ id }) => ids.has(id)));
}

function layoutGroup(tasks: readonly TaskNode[], edges: readonly PlanEdge[], card: Size): StepContent {
  const ids = new Set<string>(tasks.map(({ id }) => id));
  const own = edges.filter(({ from }) => ids.has(from));
  const links = own.map(({ from, to }) => ({ from: from as TaskId, to: to as TaskId }));
  const layout: LinkedLayout = layoutLinks(
    tasks.map(({ id }) => id),
    links,
    card,
  );
  return {
    width: layout.width,
    height: layout.height,
    cards: tasks.map((task) => ({ task, ...card, ...(layout.cards.get(task.id) ?? { x: 0, y: 0 }) })),
    links: own.map((edge, at) => ({ edge, inStep: true, points: layout.lines[at] ?? [] })),
  };
}

function layoutGrid(tasks: readonly TaskNode[], { card, columns }: Grid): StepContent {
  const cards = tasks.map((task, at) => ({
    task,
    ...card,
    x: (at % columns) * (card.width + metrics.gapX),
    y: Math.floor(at / columns) * (card.height + metrics.gapY),
  }));
  const filled = Math.min(columns, tasks.length);
  const rowCount = Math.ceil(tasks.length / columns);
  return {
    width: Math.max(0, filled * (card.width + metrics.gapX) - metrics.gapX),
    height: Math.max(0, rowCount * (card.height + metrics.gapY) - metrics.gapY),
    cards,
    links: [],
  };
}

function stack(parts: readonly StepContent[]): StepContent {
  let y = 0;
  const moved = parts.map((part) => {
    const origin = { x: 0, y };
    y += part.height + metrics.gapY;
    return {
      cards: part.cards.map((card) => ({ ...card, ...shift(card, origin) })),
      links: part.links.map((link) => ({
        ...link,
        points: link.points.map((point) => shift(point, origin)),
      })),
    };
  });
  return {
    width: Math.max(0, ...parts.map(({ width }) => width)),
    height: Math.max(0, y - metrics.gapY),
    cards: moved.flatMap(({ cards }) => cards),
    links: moved.flatMap(({ links }) => links),
  };
}

function shift(point: Point, by: Point): Point {
  return { x: point.x + by.x, y: point.y + by.y };
}
