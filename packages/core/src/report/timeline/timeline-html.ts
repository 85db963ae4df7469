import type { RunEvent } from '../../domain/event.js';
import type { Plan } from '../../domain/plan.js';
import { formatDuration } from '../format-duration.js';
import { composeHtmlPage, pageWidths, type Detail } from '../picture/html-page.js';
import { markup, type Markup } from '../picture/markup.js';
import { nodeLabel, reasonText } from '../plan-view.js';
import type { TaskState } from '../run-state.js';
import {
  describeTimeline,
  timelineElement,
  timelineStyle,
  type TimelinePictureOptions,
} from './timeline-svg.js';
import { buildTimeline, type Timeline } from './timeline.js';

/** A run or rehearsal as one self-contained page: the Gantt chart, and for each task when, why and how it ended. */
export function composeTimelineHtml(events: readonly RunEvent[], options: TimelinePictureOptions): string {
  const timeline = buildTimeline(events);
  const { plan, tasks } = timeline.state;
  const subtitle = describeTimeline(timeline, options);
  return composeHtmlPage({
    title: `${plan.name} · ${plan.workflow}`,
    subtitle,
    pictures: pageWidths.map((width) => timelineElement(timeline, width)),
    css: timelineStyle,
    intro: introOf(timeline, subtitle),
    details: Object.fromEntries([...tasks.values()].map((task) => [task.node.id, detailOf(timeline, task)])),
    relations: Object.fromEntries(
      plan.nodes.map(({ id }) => [
        id,
        {
          before: plan.dependencies(id).map(({ from }) => from),
          after: plan.dependents(id).map(({ to }) => to),
        },
      ]),
    ),
  });
}

function introOf(timeline: Timeline, subtitle: string): Markup {
  const path = [...timeline.critical].map((id) => markup`<li>${id}</li>`);
  return markup`<h2>${timeline.state.settled?.outcome ?? 'still running'}</h2><p>${subtitle}</p>
<p>Point at a task, or move with the arrow keys. A click or <kbd>Enter</kbd> keeps it, <kbd>Esc</kbd> lets go, <kbd>/</kbd> searches.</p>
<h3>Critical path</h3><ul>${path}</ul>`;
}

function detailOf(timeline: Timeline, task: TaskState): Detail {
  const { plan } = timeline.state;
  const { node, startedAt, settledAt, recoveredAt, outcome } = task;
  const slack = timeline.slackMs.get(node.id) ?? 0;
  const evidence = outcome !== undefined && 'evidence' in outcome ? outcome.evidence : undefined;
  return {
    title: node.id,
    facts: [
      [outcome?.kind ?? 'running', outcome?.reason ?? ''].filter((part) => part !== '').join(': '),
      startedAt === undefined ? 'never started' : `started at ${formatDuration(startedAt)}`,
      ...(settledAt === undefined ? [] : [`settled at ${formatDuration(settledAt)}`]),
      ...(recoveredAt === undefined ? [] : [`ready after all at ${formatDuration(recoveredAt)}`]),
      ...(task.attempt > 1 ? [`${task.attempt} attempts`] : []),
      ...(timeline.critical.has(node.id) ? ['on the critical path'] : []),
      ...(slack > 0 ? [`slack ${formatDuration(slack)}: it could settle that much later`] : []),
    ],
    groups: [
      ...(evidence === undefined
        ? []
        : [
            {
              heading: 'Why',
              items: [evidence.cause, evidence.advice ?? '']
                .filter((text) => text !== '')
                .map((text) => ({ text })),
            },
          ]),
      ...waitGroup(plan, task),
    ],
  };
}

function waitGroup(plan: Plan, { node }: TaskState): Detail['groups'] {
  const edges = plan.dependencies(node.id);
  if (edges.length === 0) return [{ heading: 'Waits for nothing', items: [] }];
  const items = edges.map(({ from, reasons }) => ({
    text: `${nodeLabel(plan, from)} (${reasons.map(reasonText).join('; ')})`,
    ...(plan.node(from).kind !== 'gate' && { target: from }),
  }));
  return [{ heading: 'Started when these had settled', items }];
}
