import { loadCheckedWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import { wantsColor } from '../print';

/** `@flotilla/nx-plugin:plan`: shows the plan; touches no cluster. */
export default defineExecutor(async (task) => {
  const loaded = await loadCheckedWorkflow(task);
  if (loaded === undefined) return false;
  const { planToText } = await import('../../runtime.mjs');
  task.say(planToText(loaded.plan, { color: wantsColor() }));
  return true;
});
