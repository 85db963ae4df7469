import type { TaskKind } from '../domain/ids.js';
import type { Plan, PlanEdge, PlanNode, PlanStep, TaskNode } from '../domain/plan.js';
import { isDeclared, isFloating, tasksOf } from './plan-view.js';

/** The plan in Graphviz' language: a cluster per step, dashed when it is not waited for, gates as small diamonds. */
export function planToDot(plan: Plan): string {
  const lines = [
    `digraph ${quote(`${plan.name} ${plan.workflow}`)} {`,
    '  rankdir=TB; compound=true;',
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
    ...plan.steps.flatMap((step, at) => cluster(plan, step, at).map((line) => `  ${line}`)),
    ...plan.nodes
      .filter(isGate)
      .map(({ id }) => `  ${quote(id)} [shape=diamond, label="", width=0.2, height=0.2];`),
    ...plan.edges.map((edge) => `  ${edgeLine(edge)}`),
    '}',
    '',
  ];
  return lines.join('\n');
}

function isGate(node: PlanNode): boolean {
  return node.kind === 'gate';
}

function cluster(plan: Plan, step: PlanStep, at: number): readonly string[] {
  const label = `${at + 1}. ${step.name}${isFloating(plan, step) ? ' (not waited for)' : ''}`;
  return [
    `subgraph ${quote(`cluster_${at}`)} {`,
    `  label=${quote(label)}; fontname="Helvetica"; style=${isFloating(plan, step) ? 'dashed' : 'solid'};`,
    ...tasksOf(plan, step).map((task) => `  ${quote(task.id)} [${attributes(task)}];`),
    '}',
  ];
}

const shapes: Readonly<Record<TaskKind, string>> = {
  service: 'box',
  job: 'oval',
  chart: 'component',
  'remove-environment': 'octagon',
};

function attributes(task: TaskNode): string {
  const halts = task.haltOnError ? ', color=red, penwidth=2' : '';
  return `label=${quote(task.id)}, shape=${shapes[task.kind]}${halts}`;
}

function edgeLine(edge: PlanEdge): string {
  const declared = edge.reasons.find(({ kind }) => kind !== 'step-order');
  const label = declared?.kind === 'needs' ? 'needs' : 'depends_on';
  const style = isDeclared(edge) ? ` [style=dashed, label="${label}", fontsize=9]` : '';
  return `${quote(edge.from)} -> ${quote(edge.to)}${style};`;
}

// Inside double quotes DOT knows two things: the backslash and the quote. Line breaks would be legal but unreadable.
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\s+/g, ' ')}"`;
}
