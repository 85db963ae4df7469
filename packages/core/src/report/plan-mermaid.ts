import type { NodeId, TaskKind } from '../domain/ids.js';
import type { Plan, PlanEdge, PlanStep, TaskNode } from '../domain/plan.js';
import { isDeclared, tasksOf } from './plan-view.js';

/**
 * The plan as a Mermaid flowchart that GitHub draws: a subgraph per step, thick arrows from the end of a step to
 * the next, dotted frames around what is not waited for. Ids are made here; names of the user's are only labels.
 */
export function planToMermaid(plan: Plan): string {
  const ids = new Map<NodeId, string>(plan.nodes.map(({ id }, at) => [id, `n${at}`]));
  const gates = plan.nodes.filter((node) => node.kind === 'gate');
  const lines = [
    'flowchart TB',
    ...plan.steps.flatMap((step, at) => subgraph({ plan, ids, step, at })),
    ...gates.map(
      ({ id, at, step }) =>
        `${idOf(ids, id)}{{${quote(at === 'end' ? `${step} done` : `all of ${step} settled`)}}}:::gate`,
    ),
    ...plan.edges.map((edge) => edgeLine(ids, edge)),
  ];
  return [...lines.map((line, at) => (at === 0 ? line : `  ${line}`)), ...classLines(plan), ''].join('\n');
}

interface StepInPlan {
  readonly plan: Plan;
  readonly ids: ReadonlyMap<NodeId, string>;
  readonly step: PlanStep;
  readonly at: number;
}

function subgraph({ plan, ids, step, at }: StepInPlan): readonly string[] {
  const note = step.waitForFinish ? '' : ' (not waited for)';
  return [
    `subgraph s${at}[${quote(`${at + 1}. ${step.name}${note}`)}]`,
    '  direction LR',
    ...tasksOf(plan, step).map((task) => `  ${taskShape(idOf(ids, task.id), task)}`),
    'end',
  ];
}

const brackets: Readonly<Record<TaskKind, readonly [string, string]>> = {
  service: ['[', ']'],
  job: ['([', '])'],
  chart: ['[[', ']]'],
  'remove-environment': ['[/', '/]'],
};

function taskShape(id: string, task: TaskNode): string {
  const [open, close] = brackets[task.kind];
  return `${id}${open}${quote(task.id)}${close}${task.haltOnError ? ':::halts' : ''}`;
}

function edgeLine(ids: ReadonlyMap<NodeId, string>, edge: PlanEdge): string {
  const kinds = new Set(edge.reasons.map(({ kind }) => kind));
  const label = kinds.has('needs') ? 'needs' : 'depends_on';
  const arrow = isDeclared(edge) ? `-. ${label} .->` : '-->';
  return `${idOf(ids, edge.from)} ${arrow} ${idOf(ids, edge.to)}`;
}

function classLines(plan: Plan): readonly string[] {
  const floating = plan.steps.map((step, at) => ({ step, at })).filter(({ step }) => !step.waitForFinish);
  return [
    '  classDef gate fill:#d0d7de,stroke:#57606a,color:#1f2328',
    '  classDef halts stroke:#cf222e,stroke-width:3px',
    ...floating.map(({ at }) => `  style s${at} stroke-dasharray:6 4`),
  ];
}

function idOf(ids: ReadonlyMap<NodeId, string>, id: NodeId): string {
  const known = ids.get(id);
  if (known === undefined) throw new Error(`Bug: ${id} is not a node of the plan.`);
  return known;
}

// Mermaid reads #…; entities inside quoted labels; everything that could end the label or start markup goes that way.
function quote(label: string): string {
  const escaped = label.replace(/[^\p{L}\p{N} ._:/()-]/gu, (char) => `#${char.codePointAt(0) ?? 0};`);
  return `"${escaped}"`;
}
