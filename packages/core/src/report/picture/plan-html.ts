import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { NodeId } from '../../domain/ids.js';
import type { Plan, PlanEdge, TaskNode } from '../../domain/plan.js';
import { formatDuration } from '../format-duration.js';
import { kindNouns, lineOf, nodeLabel, reasonText } from '../plan-view.js';
import { plural } from '../text-layout.js';
import {
  drawPicture,
  legendItems,
  pictureOf,
  pictureStyle,
  subtitleOf,
  type PictureOptions,
} from './plan-svg.js';
import { composeHtmlPage, pageWidths, type Detail, type Relation } from './html-page.js';
import { markup, type Markup } from './markup.js';

export interface PlanHtmlOptions extends PictureOptions {
  /** What the compiler had to say; listed beside the picture. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** The plan as one self-contained page: the picture, and for each task what it waits for, why, and by which line. */
export function composePlanHtml(plan: Plan, options: PlanHtmlOptions): string {
  const pictures = pageWidths.map((width) => pictureOf(plan, options, width));
  return composeHtmlPage({
    title: `${plan.name} · ${plan.workflow}`,
    subtitle: pictures.slice(0, 1).map(subtitleOf).join(''),
    pictures: pictures.map((picture) => drawPicture(picture, { head: false })),
    css: pictureStyle,
    intro: introOf(plan, options.diagnostics ?? []),
    details: Object.fromEntries(plan.tasks.map((task) => [task.id, detailOf(plan, task)])),
    relations: Object.fromEntries(plan.nodes.map(({ id }) => [id, relationOf(plan, id)])),
  });
}

function introOf(plan: Plan, diagnostics: readonly Diagnostic[]): Markup {
  return markup`<h2>${plan.name} · ${plan.workflow}</h2>
<p>Point at a task, or move with the arrow keys, to see what it waits for and why. A click or <kbd>Enter</kbd> keeps it, <kbd>Esc</kbd> lets go, <kbd>/</kbd> searches.</p>
<h3>Signs</h3><ul class="legend">${legendItems(plan).map(
    ({ sign, text }) =>
      markup`<li><svg width="32" height="24" viewBox="0 0 32 24" aria-hidden="true">${sign}</svg>${text}</li>`,
  )}</ul>
${diagnostics.length === 0 ? '' : diagnosticList(diagnostics)}`;
}

function diagnosticList(diagnostics: readonly Diagnostic[]): Markup {
  const items = diagnostics.map(
    ({ severity, span, message, help }) =>
      markup`<li class="diagnostic"><b>${severity}</b> ${span.file.path}:${lineOf(span)}: ${message}${help === undefined ? '' : ` ${help}`}</li>`,
  );
  return markup`<h3>${plural(diagnostics.length, 'remark')} on the file</h3><ul>${items}</ul>`;
}

function detailOf(plan: Plan, task: TaskNode): Detail {
  const before = plan.dependencies(task.id);
  const after = plan.dependents(task.id);
  return {
    title: task.id,
    facts: [
      `${kindNouns[task.kind]} of step ${task.step}, ${task.span.file.path}:${lineOf(task.span)}`,
      `timeout ${formatDuration(task.timeoutMs)}${task.attemptsMax > 1 ? `, ${plural(task.attemptsMax, 'attempt')}` : ''}`,
      task.haltOnError ? 'Its failure halts the run.' : 'Its failure does not stop the run.',
      task.waitForFinish ? 'The next step waits for it.' : 'The next step does not wait for it.',
    ],
    groups: [
      {
        heading: before.length === 0 ? 'Starts at once' : 'Starts when these have settled',
        items: before.map((edge) => edgeItem(plan, edge, edge.from)),
      },
      ...(after.length === 0
        ? []
        : [{ heading: 'These wait for it', items: after.map((edge) => edgeItem(plan, edge, edge.to)) }]),
    ],
  };
}

function edgeItem(plan: Plan, { reasons }: PlanEdge, end: NodeId): Detail['groups'][number]['items'][number] {
  const node = plan.node(end);
  const text = `${nodeLabel(plan, end)} (${reasons.map(reasonText).join('; ')})`;
  return node.kind === 'gate' ? { text } : { text, target: node.id };
}

function relationOf(plan: Plan, id: NodeId): Relation {
  return {
    before: plan.dependencies(id).map(({ from }) => from),
    after: plan.dependents(id).map(({ to }) => to),
  };
}
