import { defineExecutor } from '../nx-task';
import type { ProofOptions } from '../options';
import { proveProject } from './prove-project';

/** `@flotilla/nx-plugin:deploy-plan`: asks the cluster whether it holds what the project's flotilla file says. */
export default defineExecutor<ProofOptions>(async (task) => {
  const { createClusterPool, processEnvironment, systemClock } = await import('../../runtime.mjs');
  const { redactor } = task;
  const pool = createClusterPool({ clock: systemClock, environment: processEnvironment(), redactor });
  try {
    return await proveProject({ ...task, pool });
  } finally {
    await pool.close();
  }
});
