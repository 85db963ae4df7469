import type { TaskId, TaskKind } from '../../domain/ids.js';
import type { Plan, PlanEdge, TaskNode } from '../../domain/plan.js';
import type { LongestChains } from '../../domain/longest-chain.js';
import { formatDuration } from '../format-duration.js';
import { declaredKind, isHeldByStep, nodeLabel, taskOf, waitNote } from '../plan-view.js';
import { plural } from '../text-layout.js';
import { metrics, type Band, type Card, type Link, type PlanLayout, type Point } from './geometry.js';
import { cardFacts, countsText } from './layout-plan.js';
import { markup, type Markup } from './markup.js';
import { fitText, textWidth } from './text-width.js';

/** A plan, where everything stands, and which chain is the longest. */
export interface PlanPicture {
  readonly plan: Plan;
  readonly layout: PlanLayout;
  readonly critical: LongestChains;
  /** Where the durations of the critical path come from. */
  readonly durations: 'built-in' | 'given';
}

interface Drawing extends PlanPicture {
  readonly onPath: ReadonlySet<TaskId>;
  /** For each task of the critical path but the first the one before it. */
  readonly before: ReadonlyMap<TaskId, TaskId>;
}

/** The content of the picture's svg element: bands, rail, lines and cards, from back to front. */
export function drawPlan(picture: PlanPicture): Markup {
  const path = picture.critical.criticalPath;
  const before = new Map(path.slice(1).flatMap((id, at) => pairWith(id, path[at])));
  const drawing: Drawing = { ...picture, onPath: new Set(path), before };
  const { plan } = drawing;
  const { bands, links, cards } = drawing.layout;
  return markup`${arrowheads}
${bands.map((band) => drawBand(plan, band))}
${drawRail(drawing)}
${links.map((link) => drawLink(drawing, link))}
${[...cards.values()].map((card) => drawCard(drawing, card))}`;
}

function pairWith(id: TaskId, before: TaskId | undefined): readonly (readonly [TaskId, TaskId])[] {
  return before === undefined ? [] : [[id, before]];
}

/** Styles for what `drawPlan` draws, in the colours of the theme. */
export const planCss = `.band{fill:var(--band);stroke:var(--line)}
.band.floats{stroke:var(--rail);stroke-dasharray:7 5;filter:drop-shadow(0 3px 4px rgb(0 0 0/.18))}
.rail{stroke:var(--rail);stroke-width:2.5;fill:none}
.rail.critical,.barrier.critical{stroke:var(--critical)}
.rail.branch{stroke-dasharray:2 5;stroke-linecap:round}
.barrier{stroke:var(--rail);stroke-width:5;stroke-linecap:round}
.number{fill:var(--page);stroke:var(--rail);stroke-width:2}
.number.floats{stroke-dasharray:3 3}
.numeral{font-size:12px;font-weight:700;text-anchor:middle}
.step{font-size:14px;font-weight:700}
.wait{fill:var(--warn);font-weight:600}
.link{fill:none;stroke:var(--rail);stroke-width:1.6}
.link.across{stroke-dasharray:5 3}
.link.critical{stroke:var(--critical);stroke-width:2.4}
.head{fill:var(--rail)}.head.critical{fill:var(--critical)}
.card rect.box{fill:var(--card);stroke:var(--line)}
.card.loose rect.box{stroke:var(--rail);stroke-dasharray:5 4}
.card.critical rect.box{stroke:var(--critical);stroke-width:2.2}
.card.service{--kind:var(--service)}.card.job{--kind:var(--job)}.card.chart{--kind:var(--chart)}
.card.remove-environment{--kind:var(--removal)}
.stripe,.icon{fill:var(--kind)}
.icon.line{fill:none;stroke:var(--kind);stroke-width:2}
.halts{fill:var(--halt);font-weight:700}`;

const arrowheads = markup`<defs>${['', ' critical'].map(
  (kind) =>
    markup`<marker id="arrow${kind.trim()}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="head${kind}" d="M0 0L8 4L0 8z"/></marker>`,
)}</defs>`;

function drawBand(plan: Plan, band: Band): Markup {
  const { x, y, step, number, floats, label } = band;
  const textX = x + 18;
  const tasks = band.cards.map(({ task }) => task);
  const name = fitText(step.name, 14, band.labelWidth);
  const nameY = y + metrics.padding + 18;
  const counts = countsText(tasks);
  const noteAt =
    label === 'beside'
      ? { x: textX + 24, y: nameY + 33 }
      : { x: textX + 24 + textWidth(counts, 11) + 12, y: nameY + 17 };
  const note = waitNote(plan, step);
  return markup`<g class="step-band" data-step="${number}"><title>${step.name}</title>
<rect class="band${floats ? ' floats' : ''}" x="${x}" y="${y}" width="${band.width}" height="${band.height}" rx="10"/>
<circle class="number${floats ? ' floats' : ''}" cx="${textX + 4}" cy="${nameY - 5}" r="12"/>
<text class="numeral" x="${textX + 4}" y="${nameY - 1}">${number}</text>
<text class="step" x="${textX + 24}" y="${nameY}">${name}</text>
<text class="muted small" x="${textX + 24}" y="${nameY + 17}">${counts}</text>
${note === '' ? '' : markup`<text class="wait small" x="${noteAt.x}" y="${noteAt.y}">${note}</text>`}</g>`;
}

function drawRail({ plan, layout, before }: Drawing): Markup {
  const { rail, bands } = layout;
  const first = bands[0];
  if (first === undefined) return markup``;
  const bandOf = new Map(bands.map((band) => [band.step.name, band]));
  const stretches = [...before].flatMap(([id, previous]) => {
    const [from, to] = [bandOf.get(taskOf(plan, previous).step), bandOf.get(taskOf(plan, id).step)];
    return from !== undefined && to !== undefined && from !== to && isHeldByStep(plan, taskOf(plan, id))
      ? [{ from, to }]
      : [];
  });
  const ends = `the run ends when ${plan.tasks.length === 1 ? 'its task has' : `all ${plan.tasks.length} tasks have`} settled`;
  return markup`<path class="rail" d="M${rail.x} ${first.y - 12}V${rail.y}"/>
${bands.map((band) => markup`<path class="rail${band.floats ? ' branch' : ''}" d="M${rail.x} ${middleOf(band)}H${band.x}"/>`)}
${bands.filter(({ floats }) => !floats).map((band) => drawBarrier(rail.x, band, ''))}
${stretches.map(({ from, to }) => markup`<path class="rail critical" d="M${rail.x} ${bottomOf(from)}V${middleOf(to)}H${to.x}"/>${drawBarrier(rail.x, from, ' critical')}`)}
<circle class="number" cx="${rail.x}" cy="${first.y - 12}" r="5"/><circle class="number" cx="${rail.x}" cy="${rail.y}" r="6"/>
<text class="muted small" x="${rail.x + 20}" y="${rail.y + 4}">${ends}</text>`;
}

function drawBarrier(x: number, band: Band, kind: string): Markup {
  return markup`<path class="barrier${kind}" d="M${x - 9} ${bottomOf(band)}h18"/>`;
}

function middleOf({ y, height }: Band): number {
  return y + height / 2;
}

function bottomOf({ y, height }: Band): number {
  return y + height;
}

function drawLink(drawing: Drawing, { edge, points, inStep }: Link): Markup {
  const { plan } = drawing;
  const critical = isOnPath(drawing, edge);
  const classes = `link${inStep ? '' : ' across'}${critical ? ' critical' : ''}`;
  const title = `${nodeLabel(plan, edge.to)} after ${nodeLabel(plan, edge.from)} (${declaredKind(edge)})`;
  return markup`<path class="${classes}" data-from="${edge.from}" data-to="${edge.to}" d="${inStep ? curve(points) : polyline(points)}" marker-end="url(#arrow${critical ? 'critical' : ''})"><title>${title}</title></path>
`;
}

function isOnPath({ plan, before }: Drawing, { from, to }: PlanEdge): boolean {
  const previous = before.get(to as TaskId);
  if (previous === undefined) return false;
  const node = plan.node(from);
  return node.kind === 'gate' ? node.step === taskOf(plan, previous).step : node.id === previous;
}

function polyline(points: readonly Point[]): string {
  return points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

// Leaves and arrives level; in between it follows the points, bent at the middles between them.
function curve(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.pop();
  if (start === undefined || end === undefined) return '';
  if (rest.length === 0) {
    const middle = (start.x + end.x) / 2;
    return `${moveTo(start)}C${round(middle)} ${round(start.y)} ${round(middle)} ${round(end.y)} ${round(end.x)} ${round(end.y)}`;
  }
  const bends = rest.map((point, at) => {
    const next = rest[at + 1];
    const to = next === undefined ? end : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${round(point.x)} ${round(point.y)} ${round(to.x)} ${round(to.y)}`;
  });
  return moveTo(start) + bends.join('');
}

function moveTo({ x, y }: Point): string {
  return `M${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function drawCard({ plan, onPath }: Drawing, card: Card): Markup {
  const { task, x, y, width, height } = card;
  const classes = [
    'card',
    task.kind,
    ...(task.waitForFinish ? [] : ['loose']),
    ...(onPath.has(task.id) ? ['critical'] : []),
  ];
  const line = cardFacts(plan, task);
  const halts = task.haltOnError ? ' · halts' : '';
  return markup`<g class="${classes.join(' ')}" data-task="${task.id}" transform="translate(${round(x)} ${round(y)})"><title>${cardTitle(task)}</title>
<rect class="box" width="${width}" height="${height}" rx="7"/><rect class="stripe" width="5" height="${height - 14}" x="6" y="7" rx="2.5"/>
${kindIcons[task.kind]}<text class="name" x="36" y="20">${fitText(task.name, 13, width - 44)}</text>
<text class="muted small" x="36" y="36">${fitText(line, 11, width - 44 - textWidth(halts, 11))}<tspan class="halts">${halts}</tspan></text></g>
`;
}

function cardTitle(task: TaskNode): string {
  return [
    task.id,
    `timeout ${formatDuration(task.timeoutMs)}`,
    ...(task.attemptsMax > 1 ? [plural(task.attemptsMax, 'attempt')] : []),
    ...(task.haltOnError ? ['its failure halts the run'] : []),
    ...(task.waitForFinish ? [] : ['the next step does not wait for it']),
  ].join(', ');
}

/** The sign of each kind of task, drawn at the left of a card. */
export const kindIcons: Readonly<Record<TaskKind, Markup>> = {
  service: markup`<path class="icon" d="M24 15l6 3.5v7L24 29l-6-3.5v-7z"/>`,
  job: markup`<path class="icon" d="M19 15l11 7-11 7z"/>`,
  chart: markup`<path class="icon" d="M18 15h12v3.5H18zM18 20.3h12v3.5H18zM18 25.5h12v3.5H18z"/>`,
  'remove-environment': markup`<path class="icon line" d="M19 17l10 10M29 17l-10 10"/>`,
};
