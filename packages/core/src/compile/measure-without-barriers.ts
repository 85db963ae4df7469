import { createReport } from '../diagnostics/report.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import { taskId, type TaskId } from '../domain/ids.js';
import type { Plan } from '../domain/plan.js';
import type { ExpectedDurations } from '../domain/rehearsal.js';
import { findWorkflow, isWorkflowless } from './choose-workflow.js';
import { indexDefinitions, leftOutNames } from './definitions.js';
import { resolveNeed } from './resolve-need.js';
import { resolveWorkflow } from './resolve-workflow.js';
import type { ResolvedTask, ResolvedWorkflow } from './resolved-workflow.js';

/**
 * How long the plan's run would take, in milliseconds, if only `depends_on` and `needs` held tasks back and the order
 * of the steps did not: the longest chain of those. What is missing to the run's real length is what the barriers
 * cost. The plan must have been compiled from the file; throws ("Bug: …") for another.
 */
export function measureWithoutBarriers(
  file: DeploymentFile,
  plan: Plan,
  durationOf: ExpectedDurations,
): number {
  const waits = waitsOf(file, plan.workflow);
  const settledMs = new Map<TaskId, number>();
  let lastMs = 0;
  // Each of these waits is one of the plan too, so its order of nodes serves here.
  for (const node of plan.nodes) {
    if (node.kind === 'gate') continue;
    const startMs = waits(node.id).reduce((latest, id) => Math.max(latest, settledMs.get(id) ?? 0), 0);
    const endMs = startMs + durationOf(node);
    settledMs.set(node.id, endMs);
    lastMs = Math.max(lastMs, endMs);
  }
  return lastMs;
}

function waitsOf(file: DeploymentFile, name: string): (id: TaskId) => readonly TaskId[] {
  const found = findWorkflow(file, name);
  if (found === undefined) throw new Error(`Bug: ${file.source.path} has no workflow ${name}.`);
  const report = createReport();
  const definitions = indexDefinitions(file);
  const workflow = resolveWorkflow(found, definitions, {
    report,
    leftOut: leftOutNames(file),
    synthesized: isWorkflowless(file),
  });
  const needing = { workflow, definitions, report, unknownNeeds: new Set<string>() };
  return (id) => {
    const task = workflow.tasks.get(id);
    if (task === undefined) throw new Error(`Bug: ${file.source.path} does not run ${id} in ${name}.`);
    if (task.needs === undefined) return dependenciesOf(task, workflow);
    return task.needs.names.flatMap((needed) => {
      const need = resolveNeed(needed, id, needing);
      if (need?.kind !== 'step') return need === undefined ? [] : [need.id];
      return workflow.stepByName.get(need.step)?.step.tasks ?? [];
    });
  };
}

// As rule 3 has it: on a later step's task it holds nothing back.
function dependenciesOf({ dependsOn, stepAt }: ResolvedTask, { tasks }: ResolvedWorkflow): readonly TaskId[] {
  return dependsOn
    .map(({ value }) => tasks.get(taskId('services', value)))
    .flatMap((on) => (on !== undefined && on.stepAt <= stepAt ? [on.node.id] : []));
}
