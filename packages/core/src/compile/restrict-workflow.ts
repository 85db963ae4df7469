import type { TaskEntry } from '../domain/deployment-file.js';
import { stepName, type TaskId } from '../domain/ids.js';
import { canonicalName } from './definitions.js';
import type { ResolvedStep, ResolvedTask, ResolvedWorkflow } from './resolved-workflow.js';

/**
 * The workflow with exactly these of its tasks (`--only`), in its order; steps that would be empty are left out. What
 * the others would have done is taken as done: nothing waits for them.
 */
export function restrictWorkflow(whole: ResolvedWorkflow, only: ReadonlySet<string>): ResolvedWorkflow {
  const keeps = ({ node }: ResolvedTask) => only.has(node.id);
  const steps = whole.steps
    .filter((step) => step.tasks.some(keeps))
    .map((step, stepAt): ResolvedStep => {
      const tasks = step.tasks.filter(keeps).map((task) => ({ ...task, stepAt }));
      return { step: { ...step.step, tasks: tasks.map(({ node }) => node.id) }, tasks };
    });
  const kept = new Set(steps.map(({ step }) => step.name));
  // A name that even the whole workflow does not know stays, to be reported.
  const isDone = (name: string) => {
    const id = canonicalName(name) as TaskId;
    const left = whole.tasks.has(id) && !only.has(id);
    return left || (whole.stepByName.has(stepName(name)) && !kept.has(stepName(name)));
  };
  const joined = steps.map((step) => ({
    ...step,
    tasks: step.tasks.map((task) => ({ ...task, needs: needsWithout(task.needs, isDone) })),
  }));
  return {
    ...whole,
    steps: joined,
    tasks: new Map(joined.flatMap(({ tasks }) => tasks.map((task) => [task.node.id, task]))),
    stepByName: new Map(joined.map((step) => [step.step.name, step])),
  };
}

function needsWithout(needs: TaskEntry['needs'], isDone: (name: string) => boolean): TaskEntry['needs'] {
  return needs && { ...needs, names: needs.names.filter(({ value }) => !isDone(value)) };
}
