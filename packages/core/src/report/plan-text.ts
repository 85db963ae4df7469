import type { Plan, PlanStep, TaskNode } from '../domain/plan.js';
import {
  countKinds,
  declaredKind,
  interdependencies,
  isFloating,
  isLoose,
  startNote,
  type Interdependency,
  kindNouns,
  nodeLabel,
  reasonText,
  taskKinds,
  tasksOf,
  waitNote,
} from './plan-view.js';
import { createStyle, type Style } from './style.js';
import { cut, ends, inColumns, oneLine, plural, wrap } from './text-layout.js';

export interface PlanTextOptions {
  readonly color: boolean;
  /** Characters per line; 80 when left out. */
  readonly width?: number;
}

interface Page {
  readonly plan: Plan;
  readonly style: Style;
  readonly width: number;
}

const interdependenciesMax = 20;
// Beyond this, what stands at the two ends of a line no longer reads as one line.
const widthMax = 120;

/**
 * The plan at a glance: steps down a line in the order in which they open, their tasks in columns, what is not
 * waited for off the line, what halts and what waits for more than its step marked in words.
 */
export function planToText(plan: Plan, options: PlanTextOptions): string {
  const page: Page = {
    plan,
    style: createStyle(options.color),
    width: Math.min(widthMax, Math.max(40, options.width ?? 80)),
  };
  const last = plan.steps.length - 1;
  const steps = plan.steps.flatMap((step, at) => [
    ...stepLines(page, step, at + 1),
    ...joint(page, step, at === last),
  ]);
  return [...headLines(page), '', ...steps, ...endLines(page), ''].join('\n');
}

function headLines({ plan, style, width }: Page): readonly string[] {
  const title = `${oneLine(plan.name)} · ${oneLine(plan.workflow)}`;
  const counts = `${plural(plan.tasks.length, 'task')} in ${plural(plan.steps.length, 'step')}`;
  return [style.bold(title) + ends(title, counts, width).slice(title.length)];
}

function stepLines(page: Page, step: PlanStep, number: number): readonly string[] {
  const tasks = tasksOf(page.plan, step);
  const floats = isFloating(page.plan, step);
  const rail = page.style.dim(floats ? '│ ┊' : '│');
  const indent = floats ? 11 : 9;
  const body = [
    ...taskLines(page, step, page.width - indent),
    ...remarkLines(page, tasks, page.width - indent),
  ];
  return [headerLine(page, step, number), ...body.map((line) => `     ${rail}   ${line}`)];
}

function headerLine({ plan, style, width }: Page, step: PlanStep, number: number): string {
  const tasks = tasksOf(plan, step);
  const mark = isFloating(plan, step) ? '├╌◌' : '●';
  const left = `${String(number).padStart(3)}  ${mark} `;
  const note = waitNote(plan, step);
  const right = (countKinds(tasks) || 'no tasks') + (note === '' ? '' : ` · ${note}`);
  const marks = namesakeOf(step, tasks).map((task) => marksOf(plan, task));
  const name = cut(oneLine(step.name) + marks.join(''), width - left.length - right.length - 2);
  const gap = ends(left + name, right, width).slice(left.length + name.length, -right.length);
  const paint = note === '' ? style.dim : style.yellow;
  return `${style.dim(left.slice(0, 4))} ${left.slice(5)}${style.bold(name)}${gap}${paint(right)}`;
}

function taskLines({ plan }: Page, step: PlanStep, width: number): readonly string[] {
  const tasks = tasksOf(plan, step);
  if (namesakeOf(step, tasks).length > 0) return [];
  const kinds = taskKinds.filter((kind) => tasks.some((task) => task.kind === kind));
  const label = kinds.length > 1 ? 11 : 0;
  return kinds.flatMap((kind) => {
    const cells = tasks
      .filter((task) => task.kind === kind)
      .map((task) => oneLine(task.name) + marksOf(plan, task));
    const noun = `${kindNouns[kind]}${cells.length === 1 ? '' : 's'}`;
    return inColumns(cells, width - label).map((row, at) =>
      cut((label === 0 ? '' : (at === 0 ? noun : '').padEnd(label)) + row, width),
    );
  });
}

// Under order_from a step is named after its only task: the step's own line says it all.
function namesakeOf(step: PlanStep, tasks: readonly TaskNode[]): readonly TaskNode[] {
  return tasks.filter(({ id }) => id === (step.name as string));
}

function marksOf(plan: Plan, task: TaskNode): string {
  const halts = task.haltOnError ? '!' : '';
  const floats = isLoose(plan, task) ? '~' : '';
  return halts + floats;
}

function remarkLines(page: Page, tasks: readonly TaskNode[], width: number): readonly string[] {
  const { plan, style } = page;
  const atOnce = tasks.filter((task) => startNote(plan, task) === 'starts at once');
  const all = interdependencies(plan, tasks);
  const more = all.length - interdependenciesMax;
  const lines = [
    ...atOnce.map(({ id }) => `${oneLine(id)} at once (its needs are empty)`),
    ...all.slice(0, interdependenciesMax).flatMap((one) => afterLines(plan, one, width - 2)),
    ...(more > 0 ? [`… and ${plural(more, 'more task')} that wait like this: see -o html`] : []),
  ];
  return lines.map((line) => style.cyan(cut(`→ ${line}`, width)));
}

function afterLines(plan: Plan, { task, edges }: Interdependency, width: number): readonly string[] {
  const sources = edges.map(({ from, reasons }, at) => {
    const declared = reasons.filter(({ kind }) => kind !== 'step-order').map(reasonText);
    return `${oneLine(nodeLabel(plan, from))} (${declared.join('; ')})${at < edges.length - 1 ? ',' : ''}`;
  });
  const only = edges.some((edge) => declaredKind(edge) === 'needs');
  return wrap([`${oneLine(task.id)} ${only ? 'only after' : 'after'}`, ...sources], width);
}

function joint({ plan, style }: Page, step: PlanStep, last: boolean): readonly string[] {
  if (last) return [];
  return [`     ${style.dim(isFloating(plan, step) ? '│' : '▼')}`];
}

function endLines({ plan, style, width }: Page): readonly string[] {
  const halting = plan.tasks.filter((task) => task.haltOnError).length;
  const legend = [
    ...(plan.steps.length > 1
      ? ['▼ the next step opens when every task above that is waited for has settled']
      : []),
    ...(halting > 0 ? [`! its failure halts the run (${plural(halting, 'task')})`] : []),
    ...(plan.tasks.some((task) => isLoose(plan, task)) ? ['~ not waited for, unlike its step'] : []),
  ];
  return legend.length === 0 ? [] : ['', ...legend.map((line) => style.dim(cut(`     ${line}`, width)))];
}
