import { isError } from '../domain/outcome.js';
import type { PlanStep } from '../domain/plan.js';
import { formatElapsed } from './format-duration.js';
import { liveTaskLines } from './live-task-lines.js';
import { outcomeKinds, paintOutcome } from './outcome-words.js';
import { countTasks, type RunState, type TaskState } from './run-state.js';
import { createStyle, type Style } from './style.js';
import { formatTimeLeft } from './time-left.js';
import { joinPieces, longestOf, oneLine, type Piece } from './text-layout.js';

export interface LiveViewOptions {
  /** Milliseconds since the run began, now. */
  readonly atMs: number;
  /** Characters per line of the terminal. */
  readonly width: number;
  /** Lines of the terminal; the frame has at most one less. */
  readonly height: number;
  readonly color: boolean;
}

interface Frame {
  readonly state: RunState;
  readonly options: LiveViewOptions;
  readonly style: Style;
}

/** A step with the tasks that have a line of their own; the others are only counted. */
interface ShownStep {
  readonly step: PlanStep;
  readonly tasks: readonly TaskState[];
}

const barWidth = 24;

/**
 * The live view as the lines of one frame, none longer than the width, never more than fit the height: what runs
 * comes first, then what failed, then what waits or is done; what has no room is counted in its step's line. Rows that
 * are left over go to long texts, those of failures first.
 */
export function formatLive(state: RunState, options: LiveViewOptions): readonly string[] {
  const frame: Frame = { state, options, style: createStyle(options.color) };
  const room = Math.max(1, options.height - 1);
  const head = headLines(frame).slice(0, room);
  const shown = chooseRows(state, room - head.length);
  const linesOf = layTasks(frame, shown, room - head.length);
  const body = shown.flatMap(({ step, tasks }) => [stepLine(frame, step), ...tasks.flatMap(linesOf)]);
  return [...head, ...body];
}

function layTasks(
  { state, options, style }: Frame,
  shown: readonly ShownStep[],
  room: number,
): (task: TaskState) => readonly string[] {
  const nameWidth = Math.min(longestOf([...state.tasks.keys()]), Math.floor(options.width * 0.4));
  const tasks = shown.flatMap((step) => step.tasks);
  let spare = room - shown.length - tasks.length;
  const lines = new Map<TaskState, readonly string[]>();
  for (const task of tasks.toSorted((one, other) => readingOrder(one) - readingOrder(other))) {
    const told = liveTaskLines(task, { ...options, style, nameWidth, spare });
    spare -= told.length - 1;
    lines.set(task, told);
  }
  return (task) => lines.get(task) ?? [];
}

function readingOrder({ outcome }: TaskState): number {
  return outcome !== undefined && isError(outcome) ? 0 : 1;
}

function headLines(frame: Frame): readonly string[] {
  const { state, options, style } = frame;
  const counts = countTasks(state);
  const total = state.tasks.size;
  const done = total - counts.running - counts.waiting;
  const filled = total === 0 ? barWidth : Math.floor((done / total) * barWidth);
  const left = formatTimeLeft(state, options.atMs);
  const title = `${oneLine(state.plan.name)} · ${oneLine(state.plan.workflow)} on ${oneLine(state.cluster)}`;
  const bar: readonly Piece[] = [
    { text: '█'.repeat(filled), paint: style.green },
    { text: '░'.repeat(barWidth - filled), paint: style.dim },
    { text: ` ${done}/${total} · ${formatElapsed(options.atMs)}${left === '' ? '' : `, ${left}`}` },
    ...countPieces(frame, counts),
  ];
  return [joinPieces([{ text: title, paint: style.bold }], options.width), joinPieces(bar, options.width)];
}

function countPieces({ style }: Frame, counts: ReturnType<typeof countTasks>): readonly Piece[] {
  const running = counts.running > 0 ? [{ text: ` · ${counts.running} running`, paint: style.blue }] : [];
  const settled = outcomeKinds
    .filter((kind) => counts[kind] > 0)
    .map((kind) => ({
      text: ` · ${counts[kind]} ${kind}`,
      paint: (text: string) => paintOutcome(style, kind, text),
    }));
  return [...running, ...settled];
}

function chooseRows(state: RunState, room: number): readonly ShownStep[] {
  const steps = chooseSteps(state, room);
  const candidates = steps.flatMap((step) => tasksOfStep(state, step));
  const budget = Math.max(0, room - steps.length);
  const chosen = new Set(
    [...candidates].sort((one, other) => urgencyOf(one) - urgencyOf(other)).slice(0, budget),
  );
  return steps.map((step) => ({ step, tasks: tasksOfStep(state, step).filter((task) => chosen.has(task)) }));
}

// Lines of running tasks go before lines of steps in which nothing happens: settled steps go first, then those to come.
function chooseSteps(state: RunState, room: number): readonly PlanStep[] {
  const { steps } = state.plan;
  const urgency = new Map(
    steps.map((step) => [step, Math.min(4, ...tasksOfStep(state, step).map(urgencyOf))]),
  );
  const active = steps.filter((step) => urgency.get(step) === 0).length;
  const limit = Math.min(room, Math.max(active, room - countTasks(state).running));
  const byUrgency = [...steps].sort((one, other) => (urgency.get(one) ?? 4) - (urgency.get(other) ?? 4));
  const chosen = new Set(byUrgency.slice(0, limit));
  return steps.filter((step) => chosen.has(step));
}

function urgencyOf({ status, outcome }: TaskState): number {
  if (status === 'running') return 0;
  if (outcome !== undefined && isError(outcome)) return 1;
  return status === 'waiting' ? 2 : 3;
}

function tasksOfStep(state: RunState, step: PlanStep): readonly TaskState[] {
  return step.tasks.flatMap((id) => state.tasks.get(id) ?? []);
}

function stepLine({ state, options, style }: Frame, step: PlanStep): string {
  const tasks = tasksOfStep(state, step);
  const settled = tasks.filter(({ status }) => status === 'settled').length;
  const failed = tasks.filter(({ outcome }) => outcome !== undefined && isError(outcome)).length;
  const superseded = tasks.filter(({ outcome }) => outcome?.kind === 'superseded').length;
  const opened = state.stepsOpenedAt.has(step.name);
  const done = settled === tasks.length;
  const mark = done ? (failed > 0 ? '!' : '✓') : opened ? '●' : '○';
  const paint = done ? (failed > 0 ? style.red : style.green) : opened ? style.blue : style.dim;
  const pieces: readonly Piece[] = [
    { text: `${mark} `, paint },
    { text: oneLine(step.name), paint: opened ? style.bold : style.dim },
    { text: `  ${settled}/${tasks.length}`, paint: style.dim },
    ...(failed > superseded ? [{ text: `, ${failed - superseded} failed`, paint: style.dim }] : []),
    ...(superseded > 0 ? [{ text: `, ${superseded} superseded`, paint: style.dim }] : []),
    ...(step.waitForFinish ? [] : [{ text: '  not waited for', paint: style.yellow }]),
  ];
  return joinPieces(pieces, options.width);
}
