import type { NodeId } from '../domain/ids.js';
import type { ExplainedWait, TaskExplanation } from '../domain/task-explanation.js';
import { placeOf } from './plan-json.js';
import { kindNouns, reasonWords } from './plan-view.js';
import { createStyle, type Style } from './style.js';
import { oneLine, plural, wrap } from './text-layout.js';

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
  const width = Math.max(40, options.width ?? 80);
  const head =
    waitsFor.length === 0 ? 'starts at once: it waits for nothing' : 'starts when these have settled';
  return [
    `${style.bold(oneLine(task.id))}  ${kindNouns[task.kind]} of step ${oneLine(task.step)}, ${place(task.span)}`,
    '',
    style.bold(head),
    ...waitsFor.flatMap((wait) => waitLines(wait, style, width)),
    '',
    style.bold(waitedForBy.length === 0 ? 'nothing waits for it' : 'these wait for it'),
    ...waitedForBy.flatMap((wait) => waitLines(wait, style, width)),
    '',
    `In all ${plural(before.length, 'task')} before it, ${plural(after.length, 'task')} after it.`,
    '',
  ].join('\n');
}

function waitLines({ edge, node, tasks }: ExplainedWait, style: Style, width: number): readonly string[] {
  const reasons = edge.reasons.map(({ kind, span }) => `${reasonWords[kind]}, ${place(span)}`).join('; ');
  const head = `  ${oneLine(labelOf(node))}  ${style.dim(reasons)}`;
  if (tasks.length === 1 && tasks[0] === node) return [head];
  const names = tasks.map((id, at) => oneLine(id) + (at < tasks.length - 1 ? ',' : ''));
  return [head, ...wrap(names, width - 6).map((line) => `      ${line}`)];
}

// A gate's id is its kind and its step; people know the step.
function labelOf(node: NodeId): string {
  return node.replace(/^gate:/, 'the end of step ').replace(/^settled:/, 'all of step ');
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
