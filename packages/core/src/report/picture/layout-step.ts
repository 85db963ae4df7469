import type { TaskId } from '../../domain/ids.js';
import type { Plan, PlanEdge, PlanStep, TaskNode } from '../../domain/plan.js';
import { isDeclared, tasksOf } from '../plan-view.js';
import { metrics, type Card, type Link, type Point, type Size } from './geometry.js';
import { layoutLinks, type LinkedLayout } from './layout-links.js';

/** The cards of a step and the lines between them, from the top left corner of the first. */
export interface StepContent extends Size {
  readonly cards: readonly Card[];
  readonly links: readonly Link[];
}

/** What a step without tasks holds. */
export const emptyContent: StepContent = { width: 0, height: 0, cards: [], links: [] };

/** How large a card is and how much room the cards of a step have side by side. */
export interface Room {
  readonly card: Size;
  readonly width: number;
}

/** Linked cards group by group from left to right, and below them the others in rows. */
export function layoutStep(plan: Plan, step: PlanStep, room: Room): StepContent {
  const tasks = tasksOf(plan, step);
  const own = new Set(step.tasks);
  const edges = tasks.flatMap((task) =>
    plan.dependencies(task.id).filter((edge) => isDeclared(edge) && own.has(edge.from as TaskId)),
  );
  const groups = linkedGroups(tasks, edges);
  const parts = groups.map((group) => layoutGroup(group, edges, room.card));
  const linked = new Set(groups.flat());
  const loose = layoutGrid(
    tasks.filter((task) => !linked.has(task)),
    room,
  );
  return stack([...shelve(parts, room.width), ...(loose.cards.length > 0 ? [loose] : [])]);
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

function layoutGrid(tasks: readonly TaskNode[], { card, width }: Room): StepContent {
  const columns = Math.max(1, Math.floor((width + metrics.gapX) / (card.width + metrics.gapX)));
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

/** Parts side by side as far as they fit; only equally high ones, so that lines can pass between the rows of cards. */
function shelve(parts: readonly StepContent[], widthMax: number): readonly StepContent[] {
  const shelves: StepContent[] = [];
  for (const part of parts) {
    const shelf = shelves.at(-1);
    const width = (shelf?.width ?? 0) + groupGap + part.width;
    if (shelf?.height === part.height && width <= widthMax)
      shelves[shelves.length - 1] = join(shelf, move(part, { x: shelf.width + groupGap, y: 0 }));
    else shelves.push(part);
  }
  return shelves;
}

const groupGap = 2 * metrics.gapX;

function stack(parts: readonly StepContent[]): StepContent {
  return parts.reduce(
    (above, part) =>
      join(above, move(part, { x: 0, y: above.height === 0 ? 0 : above.height + metrics.gapY })),
    emptyContent,
  );
}

/** The part somewhere else; its size becomes the place where it ends. */
function move(part: StepContent, by: Point): StepContent {
  return {
    width: part.width + by.x,
    height: part.height + by.y,
    cards: part.cards.map((card) => ({ ...card, ...shift(card, by) })),
    links: part.links.map((link) => ({ ...link, points: link.points.map((point) => shift(point, by)) })),
  };
}

function join(one: StepContent, other: StepContent): StepContent {
  return {
    width: Math.max(one.width, other.width),
    height: Math.max(one.height, other.height),
    cards: [...one.cards, ...other.cards],
    links: [...one.links, ...other.links],
  };
}

/** The point, moved. */
export function shift(point: Point, by: Point): Point {
  return { x: point.x + by.x, y: point.y + by.y };
}
