import { builtInDurations, type ExpectedDurations } from '../../domain/rehearsal.js';
import type { Plan } from '../../domain/plan.js';
import { findCriticalPath } from '../critical-path.js';
import { formatDuration } from '../format-duration.js';
import { countKinds } from '../plan-view.js';
import { plural } from '../text-layout.js';
import { drawPlan, planCss, type PlanPicture } from './draw-plan.js';
import { layoutPlan } from './layout-plan.js';
import { metrics } from './geometry.js';
import { markup, trusted, type Markup } from './markup.js';
import { pictureCss } from './theme.js';

export interface PictureOptions {
  /** What the critical path is measured with; the built-in durations when left out. */
  readonly durations?: ExpectedDurations;
}

/**
 * The plan as an SVG picture that stands alone: it needs no script, font or file, and follows the viewer's
 * preference for light or dark.
 */
export function planToSvg(plan: Plan, options: PictureOptions = {}): string {
  const picture = composePicture(plan, options);
  const { width, height } = picture.layout;
  const svg = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${plan.name}, workflow ${plan.workflow}`}">
<style>${trusted(`${pictureCss()}\n${planCss}`)}</style>
<rect class="page" width="100%" height="100%"/>
<text class="title" x="${metrics.margin}" y="34">${plan.name} · ${plan.workflow}</text>
<text class="muted small" x="${metrics.margin}" y="53">${describePlan(picture)}</text>
${drawPlan(picture)}
</svg>
`;
  return svg.markup;
}

/** The plan laid out, with its critical path. */
export function composePicture(plan: Plan, { durations = builtIn }: PictureOptions): PlanPicture {
  return { plan, layout: layoutPlan(plan), critical: findCriticalPath(plan, durations) };
}

const builtIn: ExpectedDurations = ({ kind }) => builtInDurations[kind];

/** How large the plan is and how long its longest chain, in one line. */
export function describePlan({ plan, critical }: PlanPicture): Markup {
  const size = `${plural(plan.tasks.length, 'task')} (${countKinds(plan.tasks)}) in ${plural(plan.steps.length, 'step')}`;
  return markup`${size} · critical path (orange) ${formatDuration(critical.durationMs)}`;
}
