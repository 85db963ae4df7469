import type { TaskId } from '../../domain/ids.js';
import type { PlanEdge, PlanStep, TaskNode } from '../../domain/plan.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A task as it is drawn. */
export interface Card extends Point, Size {
  readonly task: TaskNode;
}

/** A step as it is drawn: a band across the picture with its tasks' cards. */
export interface Band extends Point, Size {
  readonly step: PlanStep;
  /** From 1. */
  readonly number: number;
  /** True when nothing after the step waits for it: it hangs beside the rail. */
  readonly floats: boolean;
  /** Where the step's name stands: beside its cards or, in a narrow picture, above them. */
  readonly label: 'beside' | 'above';
  /** The room for the name. */
  readonly labelWidth: number;
  readonly cards: readonly Card[];
}

/** A dependency that the author declared, as a line from the one waited for to the one that waits. */
export interface Link {
  readonly edge: PlanEdge;
  readonly points: readonly Point[];
  /** False for a line that leaves its step: it runs around the bands. */
  readonly inStep: boolean;
}

/** Where everything of a plan stands, in pixels from the top left corner. */
export interface PlanLayout extends Size {
  readonly bands: readonly Band[];
  readonly cards: ReadonlyMap<TaskId, Card>;
  readonly links: readonly Link[];
  /** The x of the rail that joins the steps, and the y where the run ends. */
  readonly rail: Point;
}

/** Distances of the picture, in pixels. */
export const metrics = {
  margin: 24,
  head: 76,
  railX: 42,
  bandX: 62,
  floatShift: 34,
  labelX: 42,
  labelWidthMax: 206,
  labelHeight: 46,
  cardHeight: 46,
  gapX: 14,
  gapY: 12,
  padding: 14,
  bandGap: 34,
  laneGap: 9,
} as const;
