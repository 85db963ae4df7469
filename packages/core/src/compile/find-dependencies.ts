import type { Report } from '../diagnostics/report.js';
import { positionAt, type Located, type SourceSpan } from '../diagnostics/source.js';
import { taskId } from '../domain/ids.js';
import type { DrawnEdge } from './build-graph.js';
import type { ResolvedTask, ResolvedWorkflow } from './resolved-workflow.js';

interface Dependency {
  readonly task: ResolvedTask;
  readonly on: ResolvedTask;
  readonly name: Located<string>;
}

/**
 * Rule 3: the edges that `depends_on` makes for a task without `needs`. A dependency on something that this
 * workflow does not deploy is taken as already there; one on a later step's task holds nothing back.
 */
export function findDependencies(
  task: ResolvedTask,
  workflow: ResolvedWorkflow,
  report: Report,
): readonly DrawnEdge[] {
  return task.dependsOn.flatMap((name): readonly DrawnEdge[] => {
    const on = workflow.tasks.get(taskId('services', name.value));
    if (on === undefined) return [];
    if (!workflow.synthesized) advise({ task, on, name }, workflow, report);
    if (on.stepAt > task.stepAt || isHeldByStep(task, on)) return [];
    return [{ from: on.node.id, to: task.node.id, reasons: [{ kind: 'depends-on', span: name.span }] }];
  });
}

/** Its step opens only when the dependency has settled: a further edge would say the same. */
function isHeldByStep(task: ResolvedTask, on: ResolvedTask): boolean {
  return on.stepAt < task.stepAt && on.node.waitForFinish;
}

function advise(dependency: Dependency, workflow: ResolvedWorkflow, report: Report): void {
  const { task, on } = dependency;
  if (on.node.id === task.node.id) return;
  if (on.stepAt > task.stepAt) adviseLater(dependency, report);
  else if (on.stepAt === task.stepAt) adviseInside(dependency, workflow, report);
  else if (!on.node.waitForFinish) adviseNoWait(dependency, workflow, report);
}

function adviseInside({ task, on, name }: Dependency, workflow: ResolvedWorkflow, report: Report): void {
  const next = workflow.steps[task.stepAt + 1]?.step.name;
  report.add({
    code: 'compile/dependency-inside-step',
    message: `${task.node.id} (line ${lineOf(task.node.span)}) depends on ${on.node.id} (line ${lineOf(on.node.span)}) of the same step ${task.node.step}, so the two do not run in parallel.`,
    help: `Move ${on.node.id} to an earlier step, or ${task.node.id} to ${next === undefined ? 'a step of its own after this one' : `step ${next} or one before it`}; or say it where the order is: {task: ${task.node.id}, needs: [${on.node.id}]}.`,
    span: name.span,
    related: placesOf(task, on),
  });
}

function adviseLater({ task, on, name }: Dependency, report: Report): void {
  report.add({
    code: 'compile/dependency-on-later-step',
    message: `${task.node.id} depends on ${on.node.id}, which runs only in the later step ${on.node.step}, so it starts without waiting for it.`,
    help: `Move ${on.node.id} to step ${task.node.step} or an earlier one, or ${task.node.id} to a step after ${on.node.step}.`,
    span: name.span,
    related: placesOf(task, on),
  });
}

function adviseNoWait({ task, on, name }: Dependency, workflow: ResolvedWorkflow, report: Report): void {
  const byStep = workflow.steps[on.stepAt]?.step.waitForFinish === false;
  const sayer = byStep ? `step ${on.node.step}` : `its entry in step ${on.node.step}`;
  report.add({
    code: 'compile/dependency-into-no-wait-step',
    message: `${task.node.id} waits for ${on.node.id}, although ${sayer} says not to wait for it: this task alone is held back.`,
    help: `Nothing to do if that is meant; else let step ${on.node.step} wait for ${on.node.id}, or drop the dependency.`,
    span: name.span,
    related: placesOf(task, on),
  });
}

function placesOf(task: ResolvedTask, on: ResolvedTask) {
  return [
    { message: `${on.node.id} stands here.`, span: on.node.span },
    { message: `${task.node.id} stands here.`, span: task.node.span },
  ];
}

function lineOf(span: SourceSpan): number {
  return positionAt(span.file, span.start).line;
}
