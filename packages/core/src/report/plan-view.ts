import { positionAt, type SourceSpan } from '../diagnostics/source.js';
import type { NodeId, TaskId, TaskKind } from '../domain/ids.js';
import type { EdgeReason, Plan, PlanEdge, PlanStep, TaskNode } from '../domain/plan.js';

/** How many there are of something are called in text, by kind of task. */
export const kindNouns: Readonly<Record<TaskKind, string>> = {
  service: 'service',
  job: 'job',
  chart: 'chart',
  'remove-environment': 'removal',
};

/** The kinds in the order in which they are counted. */
export const taskKinds: readonly TaskKind[] = ['service', 'job', 'chart', 'remove-environment'];

/** A task that waits for something else than the opening of its step. */
export interface Interdependency {
  readonly task: TaskNode;
  readonly edges: readonly PlanEdge[];
}

/** The tasks of a step, in file order. */
export function tasksOf(plan: Plan, step: PlanStep): readonly TaskNode[] {
  return step.tasks.map((id) => taskOf(plan, id));
}

/** The task called `id`. Throws ("Bug: …") when the plan has none. */
export function taskOf(plan: Plan, id: TaskId): TaskNode {
  const node = plan.node(id);
  if (node.kind === 'gate') throw new Error(`Bug: ${id} is a gate.`);
  return node;
}

/** `3 services, 2 jobs`: what there is of each kind. */
export function countKinds(tasks: readonly TaskNode[]): string {
  return taskKinds
    .map((kind) => [kind, tasks.filter((task) => task.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kindNouns[kind]}${count === 1 ? '' : 's'}`)
    .join(', ');
}

/** Among `tasks` those that `depends_on` or `needs` hold back, with the edges that do. */
export function interdependencies(plan: Plan, tasks: readonly TaskNode[]): readonly Interdependency[] {
  return tasks
    .map((task) => ({ task, edges: plan.dependencies(task.id).filter(isDeclared) }))
    .filter(({ edges }) => edges.length > 0);
}

/** True for an edge that the author wrote down as such: it is there for more than the order of the steps. */
export function isDeclared(edge: PlanEdge): boolean {
  return edge.reasons.some(({ kind }) => kind !== 'step-order');
}

/**
 * What people call a node: a task by its id, a gate by its step. The end of a step that nothing waits for is the
 * end of the one before it.
 */
export function nodeLabel(plan: Plan, id: NodeId): string {
  const node = plan.node(id);
  if (node.kind !== 'gate') return node.id;
  if (node.at === 'settled') return `all of step ${node.step}`;
  const at = plan.steps.findIndex(({ name }) => name === node.step);
  const waited = openerOf(plan, at + 1);
  return waited === undefined ? 'the start of the run' : `the end of step ${waited.name}`;
}

/** `depends_on, line 12`: why an edge is there and where the file says so. */
export function reasonText({ kind, span }: EdgeReason): string {
  return `${reasonWords[kind]}, line ${lineOf(span)}`;
}

/** What the author wrote, or what the rule is called, that makes an edge. */
export const reasonWords: Readonly<Record<EdgeReason['kind'], string>> = {
  'step-order': 'step order',
  'depends-on': 'depends_on',
  needs: 'needs',
};

/** The line on which a span starts, counted from 1. */
export function lineOf(span: SourceSpan): number {
  return positionAt(span.file, span.start).line;
}

/** What the author wrote to make a declared edge, as it is called in the file. */
export function declaredKind(edge: PlanEdge): 'needs' | 'depends_on' {
  return edge.reasons.some(({ kind }) => kind === 'needs') ? 'needs' : 'depends_on';
}

/** True for a step that something after it waits for: at least one of its tasks is waited for. */
export function isBarrier(plan: Plan, step: PlanStep): boolean {
  return tasksOf(plan, step).some((task) => task.waitForFinish);
}

/** True for a step with tasks none of which is waited for: it runs beside the order of the steps. */
export function isFloating(plan: Plan, step: PlanStep): boolean {
  return step.tasks.length > 0 && !isBarrier(plan, step);
}

/** True for a task that is not waited for although something of its step is. */
export function isLoose(plan: Plan, task: TaskNode): boolean {
  const step = plan.steps.find(({ name }) => name === task.step);
  return !task.waitForFinish && step !== undefined && isBarrier(plan, step);
}

/** That a step, or how many of its tasks, are not waited for; else nothing. */
export function waitNote(plan: Plan, step: PlanStep): string {
  if (isFloating(plan, step)) return 'not waited for';
  const loose = tasksOf(plan, step).filter((task) => !task.waitForFinish).length;
  return loose === 0 ? '' : `${loose} not waited for`;
}

/**
 * The step whose settled tasks open the step at index `at`: the nearest one before it that anything waits for.
 * Undefined when the step opens at 0.
 */
export function openerOf(plan: Plan, at: number): PlanStep | undefined {
  return plan.steps.slice(0, at).findLast((step) => isBarrier(plan, step));
}

/** False for a task whose own `needs` replace the opening of its step (semantics.md, rule 5). */
export function isHeldByStep(plan: Plan, task: TaskNode): boolean {
  return startNote(plan, task) === '';
}

/** What is to be said of when a task starts if its step's opening has no part in it; else nothing. */
export function startNote(plan: Plan, task: TaskNode): '' | 'own needs' | 'starts at once' {
  const edges = plan.dependencies(task.id);
  if (edges.some(({ reasons }) => reasons.some(({ kind }) => kind === 'needs'))) return 'own needs';
  const at = plan.steps.findIndex(({ name }) => name === task.step);
  return edges.length > 0 || openerOf(plan, at) === undefined ? '' : 'starts at once';
}
