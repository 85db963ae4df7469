import type { ExecutorContext } from '@nx/devkit';
import { loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { runWorkflow } from '../run-workflow';

/** `@flotilla/nx-plugin:destroy`: runs the teardown workflow. It does not ask: naming the target is the answer. */
export default async function destroyExecutor(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow({ workflow: 'teardown', ...options }, context);
  if (loaded === undefined) return { success: false };
  return { success: await runWorkflow({ loaded, options, context }) };
}
