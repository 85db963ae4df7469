import type { RunEvent } from '../../domain/event.js';
import { formatDuration } from '../format-duration.js';
import { markup, shrinkable, trusted, type Markup } from '../picture/markup.js';
import { pictureCss } from '../picture/theme.js';
import { countTasks } from '../run-state.js';
import { outcomeKinds } from '../outcome-words.js';
import { drawTimeline, timelineCss } from './draw-timeline.js';
import { buildTimeline, type Timeline } from './timeline.js';

export interface TimelinePictureOptions {
  /** How long the run would take if only depends_on and needs held tasks back; says what the barriers cost. */
  readonly withoutBarriersMs?: number;
}

/** All styles that a drawn timeline needs. */
export const timelineStyle = `${pictureCss()}\n${timelineCss}`;

/** A run or rehearsal as a Gantt chart that stands alone, light and dark. */
export function composeTimelineSvg(events: readonly RunEvent[], options: TimelinePictureOptions): string {
  const timeline = buildTimeline(events);
  const { plan } = timeline.state;
  const head = markup`<style>${trusted(timelineStyle)}</style><rect class="page" width="100%" height="100%"/>
<text class="title" x="24" y="32">${plan.name} · ${plan.workflow}</text>
<text class="muted small" x="24" y="50">${describeTimeline(timeline, options)}</text>`;
  return `${timelineElement(timeline, svgWidth, head).markup}\n`;
}

const svgWidth = 1040;

/** The svg element of a timeline, about `wanted` pixels wide; without a head the chart begins at the top. */
export function timelineElement(timeline: Timeline, wanted: number, head?: Markup): Markup {
  const { plan } = timeline.state;
  const { width, height, headHeight, content } = drawTimeline(timeline, wanted);
  const top = head === undefined ? headHeight : 0;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height - top}" viewBox="0 ${top} ${width} ${height - top}" role="${head === undefined ? 'group' : 'img'}" aria-label="${`timeline of ${plan.name}, workflow ${plan.workflow}`}"${head === undefined ? shrinkable(width) : ''}>
${head ?? ''}
${content}
</svg>`;
}

/** How the run ended, in one line: outcome, duration, counts, what the barriers cost. */
export function describeTimeline(timeline: Timeline, { withoutBarriersMs }: TimelinePictureOptions): string {
  const { state, endMs } = timeline;
  const counts = countTasks(state);
  const cost = withoutBarriersMs === undefined ? 0 : endMs - withoutBarriersMs;
  return [
    `${state.settled?.outcome ?? 'still running'} after ${formatDuration(endMs)}`,
    ...outcomeKinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`),
    ...(cost > 0 ? [`the order of the steps costs ${formatDuration(cost)}`] : []),
  ].join(' · ');
}
