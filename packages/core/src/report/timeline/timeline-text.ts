import type { RunEvent } from '../../domain/event.js';
import { formatDuration } from '../format-duration.js';
import { outcomeMarks, paintOutcome } from '../outcome-words.js';
import { isFloating } from '../plan-view.js';
import type { TaskState } from '../run-state.js';
import { createStyle, type Style } from '../style.js';
import {
  columnsOf,
  cut,
  joinPieces,
  longestOf,
  oneLine,
  pad,
  plural,
  wrap,
  type Piece,
} from '../text-layout.js';
import { axisTicks, buildTimeline, type Timeline, type TimelineStep } from './timeline.js';

export interface TimelineTextOptions {
  readonly color: boolean;
  /** Characters per line; 80 when left out. */
  readonly width?: number;
  /** How long the run would take if only depends_on and needs held tasks back; says what the barriers cost. */
  readonly withoutBarriersMs?: number;
}

interface Chart {
  readonly timeline: Timeline;
  readonly style: Style;
  readonly width: number;
  readonly nameWidth: number;
  /** Characters for the whole run. */
  readonly barWidth: number;
}

const sideWidth = 17;
const rowsMax = 60;

/**
 * A run as a Gantt chart in characters: a line per task, `█` on the critical path and `━` off it, `·` while it is
 * held back after its step opened, `┄` until a failure recovered. Of more than 60 tasks the critical and the
 * broken ones have lines, the others are counted.
 */
export function timelineToText(events: readonly RunEvent[], options: TimelineTextOptions): string {
  const timeline = buildTimeline(events);
  const width = Math.max(60, options.width ?? 80);
  const longest = longestOf(timeline.state.plan.tasks.map(({ id }) => id));
  const nameWidth = Math.min(Math.max(12, longest + 2), Math.floor(width * 0.42));
  const barWidth = width - nameWidth - sideWidth - 2;
  const chart: Chart = { timeline, style: createStyle(options.color), width, nameWidth, barWidth };
  return [
    axisLine(chart),
    ...timeline.steps.flatMap((step) => stepLines(chart, step)),
    '',
    ...closingLines(chart, options.withoutBarriersMs),
    '',
  ].join('\n');
}

function axisLine({ timeline, style, nameWidth, barWidth, width }: Chart): string {
  const cells = new Array<string>(width - nameWidth - 1).fill(' ');
  for (const at of axisTicks(timeline.endMs, Math.max(1, Math.floor(barWidth / 10)))) {
    const label = `│${formatDuration(at)}`;
    const column = columnOf(timeline, barWidth, at);
    cells.splice(column, label.length, ...Array.from(label));
  }
  return style.dim(cut(' '.repeat(nameWidth + 1) + cells.join('').trimEnd(), width));
}

function columnOf({ endMs }: Timeline, barWidth: number, at: number): number {
  return endMs === 0 ? 0 : Math.min(barWidth, Math.round((at / endMs) * barWidth));
}

function stepLines(chart: Chart, step: TimelineStep): readonly string[] {
  const { timeline, style } = chart;
  const all = timeline.state.tasks.size <= rowsMax;
  const shown = step.tasks.filter((task) => all || timeline.critical.has(task.node.id) || isBroken(task));
  const hidden = step.tasks.length - shown.length;
  const when = step.openedAt === undefined ? 'never opened' : `▾ ${formatDuration(step.openedAt)}`;
  const opening = when + (isFloating(timeline.state.plan, step.step) ? ', not waited for' : '');
  const indent = step.openedAt === undefined ? 0 : columnOf(timeline, chart.barWidth, step.openedAt);
  const name = pad(cut(oneLine(step.step.name), chart.nameWidth), chart.nameWidth + 1);
  const room = Math.max(0, Math.min(indent, chart.width - columnsOf(name) - opening.length));
  return [
    joinPieces(
      [
        { text: name, paint: style.bold },
        { text: ' '.repeat(room) + opening, paint: style.dim },
      ],
      chart.width,
    ),
    ...shown.map((task) => taskLine(chart, step, task)),
    ...(hidden > 0 ? [style.dim(`  … and ${plural(hidden, 'more task')}`)] : []),
  ];
}

function isBroken({ outcome }: TaskState): boolean {
  return (
    outcome !== undefined &&
    outcome.kind !== 'succeeded' &&
    outcome.kind !== 'unchanged' &&
    outcome.kind !== 'skipped'
  );
}

function taskLine(chart: Chart, step: TimelineStep, task: TaskState): string {
  const { timeline, style, nameWidth, barWidth } = chart;
  const { node, startedAt, settledAt, outcome } = task;
  const kind = outcome?.kind;
  const paint = (text: string) => (kind === undefined ? text : paintOutcome(style, kind, text));
  const name = pad(cut(`  ${oneLine(node.id)}`, nameWidth), nameWidth + 1);
  const bar = barOf(chart, step, task).map((piece) =>
    piece.paint === undefined ? { ...piece, paint } : piece,
  );
  const drawn = bar.reduce((sum, { text }) => sum + text.length, 0);
  const ran = startedAt === undefined ? '' : formatDuration((settledAt ?? timeline.endMs) - startedAt);
  const slack = timeline.slackMs.get(node.id) ?? 0;
  const later = slack > 0 && kind !== 'cancelled' ? `+${formatDuration(slack)}` : '';
  const side = `${ran.padStart(6)} ${later.padStart(7)}`;
  const pieces: readonly Piece[] = [
    { text: name },
    ...bar,
    { text: ' '.repeat(Math.max(0, barWidth - drawn)) },
    { text: ` ${kind === undefined ? '…' : outcomeMarks[kind]} `, paint },
    { text: side, paint: style.dim },
  ];
  return joinPieces(pieces, chart.width);
}

function barOf({ timeline, style, barWidth }: Chart, step: TimelineStep, task: TaskState): readonly Piece[] {
  const { node, startedAt, settledAt, recoveredAt } = task;
  const column = (at: number) => columnOf(timeline, barWidth, at);
  if (startedAt === undefined) return [];
  const opened = Math.min(column(step.openedAt ?? startedAt), column(startedAt));
  const start = Math.min(column(startedAt), barWidth - 1);
  const end = Math.max(start + 1, column(settledAt ?? timeline.endMs));
  const recovered = recoveredAt === undefined ? end : Math.max(end, column(recoveredAt));
  return [
    { text: ' '.repeat(opened) },
    { text: '·'.repeat(start - opened), paint: style.dim },
    { text: (timeline.critical.has(node.id) ? '█' : '━').repeat(end - start) },
    { text: '┄'.repeat(recovered - end), paint: style.yellow },
  ];
}

function closingLines(chart: Chart, withoutBarriersMs: number | undefined): readonly string[] {
  const { timeline, style, width } = chart;
  const { settled } = timeline.state;
  const total = formatDuration(timeline.endMs);
  const path = [...timeline.critical].map(oneLine).join(' → ');
  const head = settled === undefined ? `still running after ${total}` : `${settled.outcome} after ${total}`;
  const { halt } = timeline;
  const slack = [...timeline.slackMs.values()].some((one) => one > 0);
  const lines = [
    ...(halt === undefined ? [] : [`halted at ${formatDuration(halt.at)} by ${oneLine(halt.culprit)}`]),
    ...(slack ? ['+ is slack: how much later it could have settled without the run ending later'] : []),
    ...(path === '' ? [] : [`critical path (█): ${path}`]),
    ...barrierLine(timeline.endMs, withoutBarriersMs),
  ];
  return [
    settled === undefined ? head : style.bold(paintOutcome(style, settled.outcome, head)),
    ...lines.flatMap((line) => wrap(line.split(' '), width)),
  ];
}

function barrierLine(endMs: number, withoutBarriersMs: number | undefined): readonly string[] {
  if (withoutBarriersMs === undefined) return [];
  const cost = endMs - withoutBarriersMs;
  if (cost <= 0) return ['The order of the steps costs nothing: depends_on and needs alone take as long.'];
  return [
    `The order of the steps costs ${formatDuration(cost)}: depends_on and needs alone would take ${formatDuration(withoutBarriersMs)}.`,
  ];
}
