import type { ExecutorContext } from '@nx/devkit';
import { loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { runWorkflow } from '../run-workflow';

/** `@flotilla/nx-plugin:deploy`: brings the cluster to what the project's flotilla file says. */
export default async function deployExecutor(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  return { success: await runWorkflow({ loaded, options, context }) };
}
