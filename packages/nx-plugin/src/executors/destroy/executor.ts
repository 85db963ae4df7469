import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import { runWorkflow } from '../run-workflow';

/** `@flotilla/nx-plugin:destroy`: runs the teardown workflow. It does not ask: naming the target is the answer. */
export default defineExecutor(async (task) => {
  const loaded = await loadWorkflow({ ...task, options: { workflow: 'teardown', ...task.options } });
  return loaded !== undefined && (await runWorkflow({ ...task, loaded }));
});
