import type { ExecutorContext } from '@nx/devkit';
import type { OpenedCluster } from '@flotilla/k8s-executor';
import { findImages } from '../find-images';
import { loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { print, printDiagnostics, printRefusal, wantsColor } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';

/** `@flotilla/nx-plugin:status`: says what is deployed, whether it is ready and what drifted; drift is no failure. */
export default async function statusExecutor(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  const success = await withCluster({ loaded, options, context }, (opened) =>
    showStatus({ loaded, options, context }, opened),
  );
  return { success };
}

async function showStatus(
  { loaded, options, context }: ClusterUse,
  { cluster, namespace }: OpenedCluster,
): Promise<boolean> {
  const images = await findImages(options, context, print);
  if (images === undefined) return false;
  const { systemClock } = await import('@flotilla/core');
  const { formatStatus, readLock, readStatus } = await import('@flotilla/k8s-executor');
  const result = await readStatus({ ...loaded, images, cluster, namespace, clock: systemClock });
  if (result.ok) {
    const deployment = loaded.plan.name;
    const found = await readLock(cluster, { deployment, namespace });
    const lock = found.ok ? found.value : undefined;
    print(formatStatus({ ...result, deployment, namespace, lock }, { color: wantsColor() }));
    return true;
  }
  if ('refusal' in result) printRefusal(result.refusal);
  else await printDiagnostics(result.diagnostics, options);
  return false;
}
