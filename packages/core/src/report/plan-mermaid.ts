import type { NodeId, TaskKind } from '../domain/ids.js';
import type { Plan, PlanEdge, TaskNode } from '../domain/plan.js';
import { declaredKind, isDeclared, isFloating, isLoose, openerOf, startNote, tasksOf } from './plan-view.js';

// Beyond this many, steps side by side become too small to read where the picture is scaled to the page.
const stepsAbreastMax = 8;

/**
 * The plan as a Mermaid flowchart that GitHub draws: a subgraph per step, an arrow from each step to those that
 * it opens, dotted arrows for what the author declared beside that. Arrows between steps instead of between
 * their tasks keep a plan of hundreds of tasks within GitHub's limit of 500 arrows. Ids are made here; names
 * from the file are only labels.
 */
export function planToMermaid(plan: Plan): string {
  const ids = mermaidIds(plan);
  const lines = [
    ...plan.steps.flatMap((step, at) => subgraph(plan, ids, at)),
    ...plan.steps.flatMap((_, at) => {
      const opener = openerOf(plan, at);
      return opener === undefined ? [] : [`s${plan.steps.indexOf(opener)} ==> s${at}`];
    }),
    ...plan.edges.filter(isDeclared).map((edge) => edgeLine(ids, edge)),
    'classDef halts stroke:#cf222e,stroke-width:3px',
    'classDef floats stroke-dasharray:6 4',
    ...plan.steps.flatMap((step, at) => (isFloating(plan, step) ? [`class s${at} floats`] : [])),
  ];
  const direction = plan.steps.length > stepsAbreastMax ? 'TB' : 'LR';
  return [`flowchart ${direction}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

// A gate is drawn as the step whose end it is.
function mermaidIds(plan: Plan): ReadonlyMap<NodeId, string> {
  const stepIds = new Map(plan.steps.map((step, at) => [step.name, `s${at}`]));
  const taskIds = new Map(plan.tasks.map(({ id }, at) => [id, `t${at}`]));
  return new Map(
    plan.nodes.map((node) => [
      node.id,
      (node.kind === 'gate' ? stepIds.get(node.step) : taskIds.get(node.id)) ?? '',
    ]),
  );
}

function subgraph(plan: Plan, ids: ReadonlyMap<NodeId, string>, at: number): readonly string[] {
  const step = plan.steps[at];
  if (step === undefined) return [];
  const note = isFloating(plan, step) ? ' (not waited for)' : '';
  return [
    `subgraph s${at}[${quote(`${at + 1}. ${step.name}${note}`)}]`,
    '  direction LR',
    ...tasksOf(plan, step).map((task) => `  ${taskLine(plan, ids, task)}${classes(plan, task)}`),
    'end',
  ];
}

const brackets: Readonly<Record<TaskKind, readonly [string, string]>> = {
  service: ['[', ']'],
  job: ['([', '])'],
  chart: ['[[', ']]'],
  'remove-environment': ['[/', '/]'],
};

function taskLine(plan: Plan, ids: ReadonlyMap<NodeId, string>, task: TaskNode): string {
  const [open, close] = brackets[task.kind];
  const note = startNote(plan, task);
  return `${ids.get(task.id) ?? ''}${open}${quote(note === '' ? task.id : `${task.id} (${note})`)}${close}`;
}

function classes(plan: Plan, task: TaskNode): string {
  if (task.haltOnError) return ':::halts';
  return isLoose(plan, task) ? ':::floats' : '';
}

function edgeLine(ids: ReadonlyMap<NodeId, string>, edge: PlanEdge): string {
  return `${ids.get(edge.from) ?? ''} -. ${declaredKind(edge)} .-> ${ids.get(edge.to) ?? ''}`;
}

// Mermaid reads #…; inside quoted labels as a character: whatever could end the label or start markup goes that way.
function quote(label: string): string {
  const escaped = label.replace(/[^\p{L}\p{N} ._:/()-]/gu, (char) => `#${char.codePointAt(0) ?? 0};`);
  return `"${escaped}"`;
}
