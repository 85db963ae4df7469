import type { ExecutorContext } from '@nx/devkit';
import { loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { print, wantsColor } from '../print';

/** `@flotilla/nx-plugin:plan`: shows the plan; touches no cluster. */
export default async function planExecutor(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  const { planToText } = await import('@flotilla/core');
  print(planToText(loaded.plan, { color: wantsColor() }));
  return { success: true };
}
