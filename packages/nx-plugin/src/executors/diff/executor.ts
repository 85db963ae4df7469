import type { ExecutorContext } from '@nx/devkit';
import type { OpenedCluster } from '@flotilla/k8s-executor';
import { findImages } from '../find-images';
import { loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { print, printDiagnostics, printRefusal, wantsColor } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';
import { wantsPruning, writeChoice } from '../write-options';

/** `@flotilla/nx-plugin:diff`: shows what a deploy would change, field by field; differences are no failure. */
export default async function diffExecutor(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined) return { success: false };
  const use = { loaded, options, context };
  return { success: await withCluster(use, (opened) => showDiff(use, opened)) };
}

async function showDiff({ loaded, options, context }: ClusterUse, opened: OpenedCluster): Promise<boolean> {
  const images = await findImages(options, context, print);
  if (images === undefined) return false;
  const { systemClock } = await import('@flotilla/core');
  const { diffPlan, formatDiff } = await import('@flotilla/k8s-executor');
  const { cluster, namespace } = opened;
  const result = await diffPlan({
    ...loaded,
    ...writeChoice(options, opened),
    images,
    cluster,
    namespace,
    clock: systemClock,
    prune: wantsPruning(options),
    allowEmpty: options.allowEmpty ?? false,
  });
  if (!result.ok && 'refusal' in result) printRefusal(result.refusal);
  else await printDiagnostics(result.diagnostics, options);
  if (result.ok) print(formatDiff(result.items, { color: wantsColor() }));
  return result.ok;
}
