import type { ExecutorContext } from '@nx/devkit';
import type { ProofOptions } from '../options';
import { print } from '../print';
import { proveProject } from './prove-project';

/** `@flotilla/nx-plugin:deploy-plan`: asks the cluster whether it holds what the project's flotilla file says. */
export default async function deployPlanExecutor(
  options: ProofOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { systemClock } = await import('@flotilla/core');
  const { createClusterPool, processEnvironment } = await import('@flotilla/k8s-executor');
  const pool = createClusterPool({ clock: systemClock, environment: processEnvironment() });
  try {
    return { success: await proveProject({ options, context, pool, say: print }) };
  } finally {
    await pool.close();
  }
}
