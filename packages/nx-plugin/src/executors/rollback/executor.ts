import type { ExecutorContext } from '@nx/devkit';
import type { TaskId } from '@flotilla/core';
import { loadWorkflow } from '../load-workflow';
import type { RevisionOptions } from '../options';
import { print, printRefusal, wantsColor } from '../print';
import { runWorkflow, type StartRun } from '../run-workflow';

/**
 * `@flotilla/nx-plugin:rollback`: puts good revisions of tasks back, as they were recorded. Without `tasks`, of those that
 * are not at their last good one.
 */
export default async function rollbackExecutor(
  options: RevisionOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { tasks = [], to } = options;
  if (to !== undefined && tasks.length !== 1) {
    printRefusal({ message: 'to needs exactly one task: every task counts its own revisions.' });
    return { success: false };
  }
  // The file only says which deployment it is: what is put back was recorded.
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  const start = await startRollback(tasks as readonly TaskId[], to);
  return { success: await runWorkflow({ loaded, options, context, start }) };
}

async function startRollback(tasks: readonly TaskId[], to: number | undefined): Promise<StartRun> {
  const { evidenceToText } = await import('@flotilla/core');
  const { rollbackDeployment } = await import('@flotilla/k8s-executor');
  return (options) =>
    rollbackDeployment({
      ...options,
      ...(tasks.length > 0 && { tasks }),
      ...(to !== undefined && { to }),
      onEvidence: ({ task, evidence }) => {
        print(`${task} before the rollback:\n${evidenceToText(evidence, { color: wantsColor() })}\n`);
      },
    });
}
