import type { OpenedCluster } from '@flotilla/k8s-executor';
import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import type { RevisionOptions } from '../options';
import { printRefusal } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';

/** `@flotilla/nx-plugin:history`: the good revisions of every task, or of the tasks that are asked for. */
export default defineExecutor<RevisionOptions>(async (task) => {
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const use = { ...task, loaded };
  return await withCluster(use, (opened) => showHistory(use, opened));
});

async function showHistory(
  { loaded, options, say }: ClusterUse & { readonly options: RevisionOptions },
  { cluster, namespace }: OpenedCluster,
): Promise<boolean> {
  const { formatHistory, readHistory } = await import('../../runtime.mjs');
  const place = { deployment: loaded.plan.name, namespace };
  const read = await readHistory(cluster, place);
  if (!read.ok) {
    const { failure } = read;
    const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
    printRefusal({ message: `the history cannot be read: ${why}` }, say);
    return false;
  }
  const { tasks = [] } = options;
  const unknown = tasks.find((name) => read.value.every(({ task }) => task !== name));
  if (unknown !== undefined) {
    printRefusal({ message: `${unknown} has no revisions.` }, say);
    return false;
  }
  const shown = tasks.length === 0 ? read.value : read.value.filter(({ task }) => tasks.includes(task));
  say(formatHistory(shown, place));
  return true;
}
