import type { RunEvent } from '../domain/event.js';
import type { Plan } from '../domain/plan.js';
import type { PlanHtmlOptions } from './picture/plan-html.js';
import type { PictureOptions } from './picture/plan-svg.js';
import type { TimelinePictureOptions } from './timeline/timeline-svg.js';

// Pictures are loaded when one is asked for: they bring a layout library that no other command needs.

/**
 * The plan as an SVG picture that stands alone: steps as bands, tasks as cards, what is not waited for floating
 * beside the rail, the critical path highlighted. Needs no script, font or file; light and dark.
 */
export async function planToSvg(plan: Plan, options: PictureOptions = {}): Promise<string> {
  const { composePlanSvg } = await import('./picture/plan-svg.js');
  return composePlanSvg(plan, options);
}

/** The plan as one self-contained page: the picture, and for each task what it waits for, why, and by which line. */
export async function planToHtml(plan: Plan, options: PlanHtmlOptions = {}): Promise<string> {
  const { composePlanHtml } = await import('./picture/plan-html.js');
  return composePlanHtml(plan, options);
}

/** A run or rehearsal as an SVG Gantt chart that stands alone. Events begin with run-started. */
export async function timelineToSvg(
  events: readonly RunEvent[],
  options: TimelinePictureOptions = {},
): Promise<string> {
  const { composeTimelineSvg } = await import('./timeline/timeline-svg.js');
  return composeTimelineSvg(events, options);
}

/** A run or rehearsal as one self-contained page: the Gantt chart, and for each task when, why and how it ended. */
export async function timelineToHtml(
  events: readonly RunEvent[],
  options: TimelinePictureOptions = {},
): Promise<string> {
  const { composeTimelineHtml } = await import('./timeline/timeline-html.js');
  return composeTimelineHtml(events, options);
}
