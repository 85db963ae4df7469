import type { TaskId } from '@flotilla/core';
import { loadWorkflow } from '../load-workflow';
import { defineExecutor, type NxTask } from '../nx-task';
import type { RevisionOptions } from '../options';
import { printRefusal, wantsColor } from '../print';
import { runWorkflow, type StartRun } from '../run-workflow';

/**
 * `@flotilla/nx-plugin:rollback`: puts good revisions of tasks back, as they were recorded. Without `tasks`, of those that
 * are not at their last good one.
 */
export default defineExecutor<RevisionOptions>(async (task) => {
  const { tasks = [], to } = task.options;
  if (to !== undefined && tasks.length !== 1) {
    const message = 'to needs exactly one task: every task counts its own revisions.';
    printRefusal({ message }, task.say);
    return false;
  }
  // The file only says which deployment it is: what is put back was recorded.
  const loaded = await loadWorkflow(task);
  return loaded !== undefined && (await runWorkflow({ ...task, loaded, start: await startRollback(task) }));
});

async function startRollback({
  options: { tasks = [], to },
  say,
}: NxTask<RevisionOptions>): Promise<StartRun> {
  const { evidenceToText, rollbackDeployment } = await import('../../runtime.mjs');
  return (options) =>
    rollbackDeployment({
      ...options,
      ...(tasks.length > 0 && { tasks: tasks as readonly TaskId[] }),
      ...(to !== undefined && { to }),
      onEvidence: ({ task, evidence }) => {
        say(`${task} before the rollback:\n${evidenceToText(evidence, { color: wantsColor() })}\n`);
      },
    });
}
