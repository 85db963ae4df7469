import type { OpenedCluster } from '@flotilla/k8s-executor';
import { findImages } from '../find-images';
import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import { printDiagnostics, printRefusal, wantsColor } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';

/** `@flotilla/nx-plugin:status`: says what is deployed, whether it is ready and what drifted; drift is no failure. */
export default defineExecutor(async (task) => {
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const use = { ...task, loaded };
  return await withCluster(use, (opened) => showStatus(use, opened));
});

async function showStatus(use: ClusterUse, { cluster, namespace }: OpenedCluster): Promise<boolean> {
  const { loaded, options, redactor, say } = use;
  const images = await findImages(use);
  if (images === undefined) return false;
  const { describeUnreadLock, formatStatus, readLock, readStatus, systemClock } =
    await import('../../runtime.mjs');
  const result = await readStatus({ ...loaded, images, cluster, namespace, clock: systemClock, redactor });
  if (result.ok) {
    const deployment = loaded.plan.name;
    const found = await readLock(cluster, { deployment, namespace });
    const lock = found.ok ? found.value : undefined;
    if (!found.ok) say(`${describeUnreadLock(found.failure)}\n`);
    say(formatStatus({ ...result, deployment, namespace, lock }, { color: wantsColor() }));
    return true;
  }
  if ('refusal' in result) printRefusal(result.refusal, say);
  else await printDiagnostics(result.diagnostics, options, say);
  return false;
}
