import type { Report } from '../diagnostics/report.js';
import { endGateId, taskId, type NodeId, type TaskId } from '../domain/ids.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import type { ResolvedStep, ResolvedWorkflow } from './resolved-workflow.js';

/** A saving below this, or below a tenth of the whole, is not worth a change of the file. */
const savedMsMin = 1_000;
const savedShareMin = 0.1;

interface BarrierLinting {
  readonly durations: (task: TaskNode) => number | undefined;
  readonly report: Report;
}

/**
 * Finds steps that could open their services earlier: for each step, the makespan as planned against the makespan
 * if its services waited, of the step before, only for what they depend on. Jobs, charts and services without
 * `depends_on` keep waiting: for them the order of steps is all that says what they need. So do those with `needs`.
 * Says nothing when a task has no recorded duration: a guess is no reason to change a file.
 */
export function lintBarriers(
  plan: Plan,
  workflow: ResolvedWorkflow,
  { durations, report }: BarrierLinting,
): void {
  if (workflow.synthesized || plan.tasks.some((task) => durations(task) === undefined)) return;
  const durationOf = (task: TaskNode) => durations(task) ?? 0;
  const plannedMs = makespan(plan, durationOf, noWaits);
  for (const [stepAt, step] of workflow.steps.entries()) {
    const previous = workflow.steps[stepAt - 1];
    if (previous === undefined) continue;
    const freed = freedWaits(stepAt, workflow);
    if (freed.size === 0) continue;
    const savedMs = plannedMs - makespan(plan, durationOf, freed);
    if (savedMs < Math.max(savedMsMin, plannedMs * savedShareMin)) continue;
    reportBarrier({ step, previous, freed, savedMs, plannedMs }, report);
  }
}

/** What tasks wait for, where that differs from the plan. */
type Waits = ReadonlyMap<TaskId, readonly NodeId[]>;

const noWaits: Waits = new Map();

/** For the services of a step: their dependencies, and the opening of the step before. */
function freedWaits(stepAt: number, { steps, tasks }: ResolvedWorkflow): Waits {
  const opening = steps[stepAt - 2]?.step.name;
  const freed = new Map<TaskId, readonly NodeId[]>();
  for (const { node, needs, dependsOn } of steps[stepAt]?.tasks ?? []) {
    if (needs !== undefined || dependsOn.length === 0) continue;
    const dependencies = dependsOn
      .map(({ value }) => tasks.get(taskId('services', value)))
      .flatMap((on) => (on !== undefined && on.stepAt <= stepAt ? [on.node.id] : []));
    freed.set(node.id, [...dependencies, ...(opening === undefined ? [] : [endGateId(opening)])]);
  }
  return freed;
}

function makespan(plan: Plan, durationOf: (task: TaskNode) => number, waits: Waits): number {
  const settledMs = new Map<NodeId, number>();
  let lastMs = 0;
  for (const node of plan.nodes) {
    const freed = node.kind === 'gate' ? undefined : waits.get(node.id);
    const before = freed ?? plan.dependencies(node.id).map(({ from }) => from);
    const startMs = before.reduce((latestMs, from) => Math.max(latestMs, settledMs.get(from) ?? 0), 0);
    const endMs = startMs + (node.kind === 'gate' ? 0 : durationOf(node));
    settledMs.set(node.id, endMs);
    lastMs = Math.max(lastMs, endMs);
  }
  return lastMs;
}

interface Barrier {
  readonly step: ResolvedStep;
  readonly previous: ResolvedStep;
  readonly freed: Waits;
  readonly savedMs: number;
  readonly plannedMs: number;
}

function reportBarrier({ step, previous, freed, savedMs, plannedMs }: Barrier, report: Report): void {
  const [first] = freed;
  if (first === undefined) return;
  const [task, waits] = first;
  const others = freed.size === 1 ? '' : ` and ${freed.size - 1} more`;
  report.add({
    code: 'compile/barrier-costs',
    message: `Step ${step.step.name} waits for all of step ${previous.step.name}. If ${task}${others} waited only for what depends_on names, the run would take ${seconds(plannedMs - savedMs)} s, not ${seconds(plannedMs)} s: the barrier costs ${seconds(savedMs)} s.`,
    help: `Give what can start earlier needs of its own: {task: ${task}, needs: [${waits.filter((id) => !id.startsWith('gate:')).join(', ')}]}.`,
    span: step.step.span,
    related: [{ message: `Step ${previous.step.name} is here.`, span: previous.step.span }],
  });
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
