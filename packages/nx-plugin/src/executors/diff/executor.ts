import type { OpenedCluster } from '@flotilla/k8s-executor';
import { findImages } from '../find-images';
import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import { printDiagnostics, printRefusal, wantsColor } from '../print';
import { withCluster, type ClusterUse } from '../with-cluster';
import { wantsPruning, writeChoice } from '../write-options';

/** `@flotilla/nx-plugin:diff`: shows what a deploy would change, field by field; differences are no failure. */
export default defineExecutor(async (task) => {
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const use = { ...task, loaded };
  return await withCluster(use, (opened) => showDiff(use, opened));
});

async function showDiff(use: ClusterUse, opened: OpenedCluster): Promise<boolean> {
  const { loaded, options, redactor, say } = use;
  const images = await findImages(use);
  if (images === undefined) return false;
  const { diffPlan, formatDiff, systemClock } = await import('../../runtime.mjs');
  const { cluster, namespace } = opened;
  const result = await diffPlan({
    ...loaded,
    ...writeChoice(options, opened),
    images,
    cluster,
    namespace,
    clock: systemClock,
    redactor,
    prune: wantsPruning(options),
    allowEmpty: options.allowEmpty ?? false,
  });
  if (!result.ok && 'refusal' in result) printRefusal(result.refusal, say);
  else await printDiagnostics(result.diagnostics, options, say);
  if (result.ok) say(formatDiff(result.items, { color: wantsColor(), kept: result.kept }));
  return result.ok;
}
