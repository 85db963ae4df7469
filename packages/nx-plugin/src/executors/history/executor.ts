import type { ExecutorContext } from '@nx/devkit';
import type { OpenedCluster } from '@flotilla/k8s-executor';
import { loadWorkflow } from '../load-workflow';
import type { RevisionOptions } from '../options';
import { print, printRefusal } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';

/** `@flotilla/nx-plugin:history`: the good revisions of every task, or of the tasks that are asked for. */
export default async function historyExecutor(
  options: RevisionOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  const use = { loaded, options, context };
  return { success: await withCluster(use, (opened) => showHistory(use, opened)) };
}

async function showHistory(
  { loaded, options }: ClusterUse & { readonly options: RevisionOptions },
  { cluster, namespace }: OpenedCluster,
): Promise<boolean> {
  const { formatHistory, readHistory } = await import('@flotilla/k8s-executor');
  const place = { deployment: loaded.plan.name, namespace };
  const read = await readHistory(cluster, place);
  if (!read.ok) {
    const { failure } = read;
    const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
    printRefusal({ message: `the history cannot be read: ${why}` });
    return false;
  }
  const { tasks = [] } = options;
  const unknown = tasks.find((name) => read.value.every(({ task }) => task !== name));
  if (unknown !== undefined) {
    printRefusal({ message: `${unknown} has no revisions.` });
    return false;
  }
  const shown = tasks.length === 0 ? read.value : read.value.filter(({ task }) => tasks.includes(task));
  print(formatHistory(shown, place));
  return true;
}
