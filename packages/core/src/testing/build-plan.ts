import type { SourceSpan } from '../diagnostics/source.js';
import {
  endGateId,
  settledGateId,
  stepName,
  type NodeId,
  type TaskId,
  type TaskKind,
} from '../domain/ids.js';
import type { GateNode, Plan, PlanEdge, PlanNode, TaskNode } from '../domain/plan.js';

/** A task of a plan that is built by hand; what is left out is as in the file format. */
export interface BuiltTask {
  /** `services.db`, `jobs.migrate`, … */
  readonly id: string;
  readonly timeoutMs?: number;
  readonly attemptsMax?: number;
  readonly haltOnError?: boolean;
  readonly waitForFinish?: boolean;
  /** Ids of tasks before it that it waits for as well as for its step. */
  readonly dependsOn?: readonly string[];
  /** Tasks before it and `step:NAME`s that it waits for and for nothing else. */
  readonly needs?: readonly string[];
}

export interface BuiltStep {
  readonly name: string;
  readonly tasks: readonly BuiltTask[];
}

const span: SourceSpan = { file: { path: 'built.yaml', text: '' }, start: 0, end: 0 };

const kinds: Readonly<Record<string, TaskKind>> = {
  services: 'service',
  jobs: 'job',
  charts: 'chart',
  release: 'remove-environment',
};

/**
 * A plan for tests of what comes behind the compiler. Dependencies may only point back in file order; edges that others
 * imply are drawn too.
 */
export function buildPlan(steps: readonly BuiltStep[]): Plan {
  const tasks = steps.flatMap((step) => step.tasks.map((task) => taskNode(step, task)));
  const needed = new Set(steps.flatMap((step) => step.tasks.flatMap(({ needs = [] }) => needs)));
  const nodes: PlanNode[] = [];
  const edges: PlanEdge[] = [];
  const connect = (from: NodeId, to: NodeId, kind: PlanEdge['reasons'][number]['kind']): void => {
    edges.push({ from, to, reasons: [{ kind, span }] });
  };
  steps.forEach((step, order) => {
    const before = steps[order - 1];
    for (const { id, needs, dependsOn = [] } of step.tasks) {
      for (const name of needs ?? []) connect(nodeId(name), id as TaskId, 'needs');
      if (needs !== undefined) continue;
      if (before !== undefined) connect(endGateId(stepName(before.name)), id as TaskId, 'step-order');
      for (const name of dependsOn) connect(name as TaskId, id as TaskId, 'depends-on');
    }
    const end = gateNode(step.name, 'end');
    if (before !== undefined) connect(endGateId(stepName(before.name)), end.id, 'step-order');
    for (const { id, waitForFinish = true } of step.tasks)
      if (waitForFinish) connect(id as TaskId, end.id, 'step-order');
    nodes.push(...tasks.filter((task) => task.step === step.name), end);
    if (!needed.has(`step:${step.name}`)) return;
    const settled = gateNode(step.name, 'settled');
    for (const { id } of step.tasks) connect(id as TaskId, settled.id, 'step-order');
    if (step.tasks.length === 0 && before !== undefined)
      connect(endGateId(stepName(before.name)), settled.id, 'step-order');
    nodes.push(settled);
  });
  return sealPlan(steps, { tasks, nodes, edges });
}

function sealPlan(
  steps: readonly BuiltStep[],
  { tasks, nodes, edges }: Pick<Plan, 'tasks' | 'nodes' | 'edges'>,
): Plan {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ending = groupBy(edges, ({ to }) => to);
  const starting = groupBy(edges, ({ from }) => from);
  return {
    name: 'built',
    workflow: 'setup',
    digest: 'sha256:built',
    steps: steps.map(({ name, tasks: built }) => ({
      name: stepName(name),
      waitForFinish: true,
      tasks: built.map(({ id }) => id as TaskId),
      span,
    })),
    nodes,
    tasks,
    edges,
    node: (id) => {
      const node = byId.get(id);
      if (node === undefined) throw new Error(`Bug: ${id} is not in the plan.`);
      return node;
    },
    dependencies: (id) => ending.get(id) ?? [],
    dependents: (id) => starting.get(id) ?? [],
  };
}

function taskNode(step: BuiltStep, task: BuiltTask): TaskNode {
  const [section = '', name = ''] = task.id.split('.');
  const kind = kinds[section];
  if (kind === undefined) throw new Error(`Bug: ${task.id} is in no section.`);
  return {
    kind,
    id: task.id as TaskId,
    name,
    step: stepName(step.name),
    timeoutMs: task.timeoutMs ?? (kind === 'job' ? 1_200_000 : 600_000),
    attemptsMax: task.attemptsMax ?? 1,
    haltOnError: task.haltOnError ?? false,
    waitForFinish: task.waitForFinish ?? true,
    span,
  };
}

function gateNode(step: string, at: GateNode['at']): GateNode {
  const name = stepName(step);
  return { kind: 'gate', id: at === 'end' ? endGateId(name) : settledGateId(name), step: name, at };
}

function nodeId(name: string): NodeId {
  return name.startsWith('step:') ? settledGateId(stepName(name.slice(5))) : (name as TaskId);
}

function groupBy(
  edges: readonly PlanEdge[],
  keyOf: (edge: PlanEdge) => NodeId,
): ReadonlyMap<NodeId, readonly PlanEdge[]> {
  const groups = new Map<NodeId, PlanEdge[]>();
  for (const edge of edges) {
    const key = keyOf(edge);
    const group = groups.get(key) ?? [];
    group.push(edge);
    groups.set(key, group);
  }
  return groups;
}
