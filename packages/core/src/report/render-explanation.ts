import type { ExplainedWait, TaskExplanation } from '../domain/task-explanation.js';
import { placeOf } from './plan-json.js';
import { kindNouns, reasonWords } from './plan-view.js';
import { createStyle, type Style } from './style.js';
import { columnsOf, oneLine, plural, wrap } from './text-layout.js';

export interface ExplanationOptions {
  readonly format?: 'text' | 'json';
  readonly color?: boolean;
  /** Characters per line of text; 80 when left out. */
  readonly width?: number;
}

/** `plan --explain`: why a task waits, for whom, by which line, and what waits for it. */
export function renderExplanation(explanation: TaskExplanation, options: ExplanationOptions = {}): string {
  if (options.format === 'json') return `${JSON.stringify(explanationToJson(explanation), undefined, 2)}\n`;
  const { task, waitsFor, waitedForBy, before, after } = explanation;
  const style = createStyle(options.color ?? false);
  const page = { style, width: Math.max(40, options.width ?? 80) };
  const head =
    waitsFor.length === 0 ? 'starts at once: it waits for nothing' : 'starts when these have settled';
  return [
    ...titleLines(task, page),
    '',
    style.bold(head),
    ...waitsFor.flatMap((wait) => waitLines(labelOf(task, wait), wait, page)),
    '',
    style.bold(waitedForBy.length === 0 ? 'nothing waits for it' : 'these wait for it'),
    ...waitedForBy.flatMap((wait) => waitLines(labelOf(task, wait), wait, page)),
    '',
    `In all ${plural(before.length, 'task')} before it, ${plural(after.length, 'task')} after it.`,
    '',
  ].join('\n');
}

interface Page {
  readonly style: Style;
  readonly width: number;
}

function titleLines(task: TaskExplanation['task'], { style, width }: Page): readonly string[] {
  const name = oneLine(task.id);
  const about = [`${kindNouns[task.kind]} of step ${oneLine(task.step)},`, place(task.span)];
  const line = about.join(' ');
  if (columnsOf(name) + 2 + columnsOf(line) <= width) return [`${style.bold(name)}  ${line}`];
  return [style.bold(name), ...wrap(about, width - 6).map((one) => `      ${one}`)];
}

function waitLines(
  label: string,
  { edge, node, tasks }: ExplainedWait,
  { style, width }: Page,
): readonly string[] {
  const reasons = edge.reasons.map(({ kind, span }) => `${reasonWords[kind]}, ${place(span)}`).join('; ');
  const name = `  ${oneLine(label)}`;
  const beside = columnsOf(name) + 2 + columnsOf(reasons) <= width;
  const head = beside
    ? [`${name}  ${style.dim(reasons)}`]
    : [name, ...wrap(reasons.split(' '), width - 6).map((line) => `      ${style.dim(line)}`)];
  if (tasks.length === 1 && tasks[0] === node) return head;
  const names = tasks.map((id, at) => oneLine(id) + (at < tasks.length - 1 ? ',' : ''));
  return [...head, ...wrap(names, width - 6).map((line) => `      ${line}`)];
}

// What a task waits for at the gate of the step before is that its own step opens: behind that gate may stand
// tasks of a step further up, when the one before is not waited for.
function labelOf(task: TaskExplanation['task'], { edge, node, tasks }: ExplainedWait): string {
  if (tasks.length === 1 && tasks[0] === node) return node;
  if (node.startsWith('settled:')) return node.replace('settled:', 'all of step ');
  return edge.to === task.id ? `the opening of step ${task.step}` : node.replace('gate:', 'the end of step ');
}

function place(span: Parameters<typeof placeOf>[0]): string {
  const { file, line } = placeOf(span);
  return `${oneLine(file)}:${line}`;
}

function explanationToJson({ task, waitsFor, waitedForBy, before, after }: TaskExplanation) {
  const waitToJson = ({ edge, node, tasks }: ExplainedWait) => ({
    node,
    tasks,
    reasons: edge.reasons.map(({ kind, span }) => ({ kind, ...placeOf(span) })),
  });
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'TaskExplanation',
    task: task.id,
    step: task.step,
    ...placeOf(task.span),
    waitsFor: waitsFor.map(waitToJson),
    waitedForBy: waitedForBy.map(waitToJson),
    before,
    after,
  };
}
