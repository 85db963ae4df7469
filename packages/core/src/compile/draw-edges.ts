import type { Report } from '../diagnostics/report.js';
import { endGateId, settledGateId, taskId, type StepName } from '../domain/ids.js';
import type { EdgeReason, GateNode, PlanNode, PlanStep } from '../domain/plan.js';
import type { DrawnEdge } from './build-graph.js';
import type { Definitions } from './definitions.js';
import { findDependencies } from './find-dependencies.js';
import { resolveNeed, type Need } from './resolve-need.js';
import type { ResolvedStep, ResolvedTask, ResolvedWorkflow } from './resolved-workflow.js';

/** Nodes in file order, each step's gates after its tasks, and why which waits for which. */
export interface Drawing {
  readonly nodes: readonly PlanNode[];
  readonly edges: readonly DrawnEdge[];
}

/** Rules 1, 3, 4 and 5 as edges. Reports needs that name nothing and dependencies that deserve a word. */
export function drawEdges(workflow: ResolvedWorkflow, definitions: Definitions, report: Report): Drawing {
  const { steps, tasks } = workflow;
  const joined = new Set<StepName>();
  const unknownNeeds = new Set<string>();
  const held = [...tasks.values()].flatMap((task) =>
    task.needs === undefined
      ? findDependencies(task, workflow, report)
      : drawNeeds(task, { workflow, definitions, report, joined, unknownNeeds }),
  );
  const isJoined = ({ step }: ResolvedStep) => joined.has(step.name);
  return {
    nodes: steps.flatMap((step) => nodesOf(step, isJoined(step))),
    edges: [
      ...steps.flatMap((step, at) => drawStep(step, steps[at - 1]?.step)),
      ...steps.flatMap((step, at) => (isJoined(step) ? drawJoin(step, steps[at - 1]?.step) : [])),
      ...held,
    ],
  };
}

function nodesOf({ step, tasks }: ResolvedStep, joined: boolean): readonly PlanNode[] {
  const gates = [gateOf(step, 'end'), ...(joined ? [gateOf(step, 'settled')] : [])];
  return [...tasks.map(({ node }) => node), ...gates];
}

/** `m + n` edges for a step: it opens at the gate of the step before and ends at its own. */
function drawStep({ step, tasks }: ResolvedStep, opening: PlanStep | undefined): readonly DrawnEdge[] {
  const end = endGateId(step.name);
  const edges: DrawnEdge[] = [];
  if (opening !== undefined) {
    const from = endGateId(opening.name);
    const reasons = stepOrder(opening.span);
    edges.push({ from, to: end, reasons });
    for (const { node, needs } of tasks) if (needs === undefined) edges.push({ from, to: node.id, reasons });
  }
  for (const { node } of tasks) {
    if (node.waitForFinish) edges.push({ from: node.id, to: end, reasons: stepOrder(node.span) });
  }
  return edges;
}

/**
 * What `needs: [step]` waits for: all tasks of the step, the no-wait ones too. A step with nothing in it settles as it
 * opens (rule 12).
 */
function drawJoin({ step, tasks }: ResolvedStep, opening: PlanStep | undefined): readonly DrawnEdge[] {
  const to = settledGateId(step.name);
  if (tasks.length === 0 && opening !== undefined)
    return [{ from: endGateId(opening.name), to, reasons: stepOrder(opening.span) }];
  return tasks.map(({ node }) => ({ from: node.id, to, reasons: stepOrder(node.span) }));
}

function stepOrder(span: EdgeReason['span']): readonly EdgeReason[] {
  return [{ kind: 'step-order', span }];
}

function gateOf({ name: step }: PlanStep, at: GateNode['at']): GateNode {
  return { kind: 'gate', id: at === 'end' ? endGateId(step) : settledGateId(step), step, at };
}

interface DrawingNeeds {
  readonly workflow: ResolvedWorkflow;
  readonly definitions: Definitions;
  readonly report: Report;
  /** The steps that some `needs` names. */
  readonly joined: Set<StepName>;
  readonly unknownNeeds: Set<string>;
}

function drawNeeds(task: ResolvedTask, drawing: DrawingNeeds): readonly DrawnEdge[] {
  const to = task.node.id;
  const needed = (task.needs?.names ?? []).flatMap((name) => resolveNeed(name, to, drawing) ?? []);
  reportOverruled(task, needed, drawing);
  return needed.map((need) => {
    if (need.kind === 'step') drawing.joined.add(need.step);
    const from = need.kind === 'step' ? settledGateId(need.step) : need.id;
    return { from, to, reasons: [{ kind: 'needs', span: need.span }] };
  });
}

function reportOverruled(
  { node, dependsOn, needs }: ResolvedTask,
  needed: readonly Need[],
  { workflow, report }: DrawingNeeds,
): void {
  for (const name of dependsOn) {
    const dependency = workflow.tasks.get(taskId('services', name.value))?.node;
    if (dependency === undefined || needs === undefined) continue;
    if (
      needed.some((need) =>
        need.kind === 'step' ? need.step === dependency.step : need.id === dependency.id,
      )
    )
      continue;
    report.add({
      code: 'compile/dependency-overruled',
      message: `${node.id} depends on ${dependency.id}, but does not wait for it: its needs decide alone.`,
      help: `Add ${dependency.id} to the needs if it must be there first.`,
      span: name.span,
      related: [{ message: `What ${node.id} waits for is said here.`, span: needs.span }],
    });
  }
}
