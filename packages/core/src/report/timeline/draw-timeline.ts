import type { TaskOutcomeKind } from '../../domain/outcome.js';
import { formatDuration } from '../format-duration.js';
import { markup, type Markup } from '../picture/markup.js';
import { fitText, textWidth } from '../picture/text-width.js';
import { isFloating } from '../plan-view.js';
import type { TaskState } from '../run-state.js';
import { axisTicks, type Timeline, type TimelineStep } from './timeline.js';

/** Distances of the chart, in pixels. */
const metrics = {
  margin: 24,
  head: 92,
  row: 24,
  stepHead: 34,
  stepGap: 14,
  bar: 14,
  chartMin: 260,
} as const;

/** A timeline as it is drawn: its size and its parts from back to front. */
export interface TimelineDrawing {
  readonly width: number;
  readonly height: number;
  /** The pixels at the top that hold nothing: room for a title. */
  readonly headHeight: number;
  readonly content: Markup;
}

interface Scale {
  readonly timeline: Timeline;
  /** Where 0 is. */
  readonly left: number;
  /** Where the bands end; bars end `side` pixels before, since what is told of them stands at their right. */
  readonly right: number;
  readonly ticksMax: number;
  readonly x: (at: number) => number;
}

/** Draws the chart below room for a title, `width` pixels wide; a little more where names would leave no room for bars. */
export function drawTimeline(timeline: Timeline, width: number): TimelineDrawing {
  const widest = Math.max(80, ...timeline.state.plan.tasks.map(({ id }) => textWidth(id, boldTask)));
  const left = metrics.margin + Math.min(widest, width * 0.4) + labelRoom;
  const told = Math.max(
    0,
    ...[...timeline.state.tasks.values()].map((task) => textWidth(toldOf(timeline, task), boldTold)),
  );
  const side = Math.max(60, Math.min(width * 0.3, told + 24));
  const chart = Math.max(metrics.chartMin, width - left - side - metrics.margin + 8);
  const scale: Scale = {
    timeline,
    left,
    right: left + chart + side,
    ticksMax: width < 800 ? 4 : 8,
    x: (at) => left + (timeline.endMs === 0 ? 0 : (at / timeline.endMs) * chart),
  };
  let y: number = metrics.head;
  const steps = timeline.steps.map((step) => {
    const drawn = drawStep(scale, step, y);
    y += metrics.stepHead + step.tasks.length * metrics.row + metrics.stepGap;
    return drawn;
  });
  const height = y + 14;
  const content = markup`${patterns}${drawAxis(scale, height)}${steps}${drawHalt(scale, height)}`;
  return { width: scale.right + metrics.margin - 8, height, headHeight: metrics.head - 48, content };
}

const labelRoom = 32;
// A name on the critical path is bold: as wide as if it were a little larger.
const boldTask = 12.8;
const boldTold = 11.8;

/** Styles for what `drawTimeline` draws. */
export const timelineCss = `.tick{stroke:var(--line);stroke-width:1}
.step-band{fill:var(--band);stroke:var(--line)}
.step-band.floats{stroke:var(--rail);stroke-dasharray:7 5}
.step{font-size:13px;font-weight:700}
.wait{fill:var(--warn);font-weight:600}
.opening{stroke:var(--rail);stroke-width:2}
.held{stroke:var(--rail);stroke-width:1.5;stroke-dasharray:1 4;stroke-linecap:round}
.task{font-size:12px}
.critical .task{font-weight:700}
.bar rect.box{fill:var(--good);stroke:none}
.bar.unchanged rect.box{fill:var(--rail)}
.bar.failed rect.box,.bar.timed-out rect.box{fill:var(--bad)}
.bar.cancelled rect.box,.bar.running rect.box{fill:url(#hatch);stroke:var(--rail)}
.bar.recovered rect.box,.bar.superseded rect.box{fill:var(--warn)}
.bar.critical rect.box{stroke:var(--critical);stroke-width:3}
.healing{stroke:var(--warn);stroke-width:3;stroke-dasharray:3 3}
.told{fill:var(--muted);font-size:11px}
.told.failed,.told.timed-out,.told.halt{fill:var(--bad);font-weight:700}
.told.recovered,.told.superseded{fill:var(--warn);font-weight:700}
.halt-line{stroke:var(--bad);stroke-width:2;stroke-dasharray:6 3}
.hatching{stroke:var(--rail);stroke-width:3}`;

const patterns = markup`<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatching" d="M0 0V7"/></pattern></defs>`;

function drawAxis({ timeline, ticksMax, x }: Scale, height: number): Markup {
  const ticks = axisTicks(timeline.endMs, ticksMax).map(
    (at) =>
      markup`<path class="tick" d="M${x(at)} ${metrics.head - 12}V${height - 14}"/><text class="muted small" x="${x(at)}" y="${metrics.head - 18}" text-anchor="middle">${formatDuration(at)}</text>`,
  );
  return markup`<g class="axis">${ticks}</g>`;
}

function drawStep(scale: Scale, { step, openedAt, tasks }: TimelineStep, y: number): Markup {
  const { timeline, left, right, x } = scale;
  const height = metrics.stepHead + tasks.length * metrics.row + 4;
  const width = right - metrics.margin + 8;
  const floats = isFloating(timeline.state.plan, step);
  const opens = openedAt === undefined ? 'never opened' : `opens at ${formatDuration(openedAt)}`;
  const at = x(openedAt ?? 0);
  const name = fitText(step.name, 13, left - metrics.margin - 16);
  return markup`<g><rect class="step-band${floats ? ' floats' : ''}" x="${metrics.margin - 8}" y="${y}" width="${width}" height="${height}" rx="8" fill-opacity="0.75"/>
<text class="step" x="${metrics.margin + 4}" y="${y + 21}">${name}</text>
${openedAt === undefined ? '' : markup`<path class="opening" d="M${at} ${y + 8}V${y + height - 6}"/>`}
<text class="told" x="${at + 6}" y="${y + 20}">${opens}<tspan class="wait">${floats ? ' · not waited for' : ''}</tspan></text>
${tasks.map((task, row) => drawTask(scale, task, { openedAt, y: y + metrics.stepHead + row * metrics.row }))}</g>
`;
}

interface Row {
  readonly openedAt: number | undefined;
  readonly y: number;
}

function drawTask(scale: Scale, task: TaskState, row: Row): Markup {
  const { timeline, left, right } = scale;
  const { node, startedAt, settledAt } = task;
  const kind: TaskOutcomeKind | 'running' = task.outcome?.kind ?? 'running';
  const critical = timeline.critical.has(node.id);
  const end = scale.x(task.recoveredAt ?? settledAt ?? timeline.endMs);
  const y = row.y + metrics.row / 2;
  const label = fitText(node.id, boldTask, left - metrics.margin - labelRoom + 2);
  const told = fitText(toldOf(timeline, task), boldTold, right - end - 12);
  return markup`<g class="bar ${kind}${critical ? ' critical' : ''}" data-task="${node.id}"><title>${node.id}: ${kind}</title>
<rect class="row" x="${metrics.margin - 4}" y="${row.y}" width="${right - metrics.margin}" height="${metrics.row}" fill="transparent"/>
<text class="task" x="${metrics.margin + 14}" y="${y + 4}">${label}</text>
${startedAt === undefined ? '' : drawBar(scale, task, { openedAt: row.openedAt, y })}<text class="told ${kind}" x="${end + 8}" y="${y + 4}">${told}</text></g>
`;
}

function drawBar({ timeline, x }: Scale, task: TaskState, { openedAt, y }: Row): Markup {
  const { startedAt = 0, settledAt, recoveredAt } = task;
  const start = x(startedAt);
  const end = Math.max(start + 3, x(settledAt ?? timeline.endMs));
  const held =
    openedAt !== undefined && openedAt < startedAt
      ? markup`<path class="held" d="M${x(openedAt)} ${y}H${start}"/>`
      : '';
  const healing =
    recoveredAt === undefined ? '' : markup`<path class="healing" d="M${end} ${y}H${x(recoveredAt)}"/>`;
  return markup`${held}<rect class="box" x="${start}" y="${y - metrics.bar / 2}" width="${end - start}" height="${metrics.bar}" rx="3"/>${healing}`;
}

function toldOf({ endMs, slackMs }: Timeline, { node, outcome, startedAt, settledAt }: TaskState): string {
  const ran = startedAt === undefined ? '' : formatDuration((settledAt ?? endMs) - startedAt);
  const slack = slackMs.get(node.id) ?? 0;
  if (outcome === undefined) return `${ran}, still running`;
  if (outcome.kind === 'succeeded' || outcome.kind === 'unchanged')
    return slack > 0 ? `${ran}, slack ${formatDuration(slack)}` : ran;
  // That a halt cancelled or skipped it is said once, at the line of the halt; a timeout's reason is its length.
  const reason = 'culprit' in outcome || outcome.kind === 'timed-out' ? '' : outcome.reason;
  return [ran, outcome.kind, reason].filter((part) => part !== '').join(' · ');
}

function drawHalt({ timeline, x }: Scale, height: number): Markup {
  const { halt } = timeline;
  if (halt === undefined) return markup``;
  return markup`<path class="halt-line" d="M${x(halt.at)} ${metrics.head - 12}V${height - 14}"/><text class="told halt" x="${x(halt.at)}" y="${metrics.head - 34}" text-anchor="middle">${`halted by ${halt.culprit}`}</text>`;
}
