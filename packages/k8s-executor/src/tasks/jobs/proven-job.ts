import type { TaskId } from '@flotilla/core';
import type { KubeObject } from '../../cluster/kube-object.js';
import { readJournal } from '../../record/journal/read-journal.js';
import { readReceipt } from '../../record/receipt.js';
import { jobIdentity } from './job-identity.js';
import type { RunContext } from '../run-context.js';

/**
 * True when the last run's receipt proves that a job of the same identity has succeeded: what is known of a job that
 * Kubernetes has removed since (execution.md §1). A run that has left no receipt (it was killed) may have run another
 * job meanwhile, so then nothing is proved; nor where the records may not be read.
 */
export async function isProvenJob(
  { task, objects }: { readonly task: TaskId; readonly objects: readonly KubeObject[] },
  context: Pick<RunContext, 'cluster' | 'deployment' | 'namespace' | 'key' | 'series'>,
): Promise<boolean> {
  const { cluster, deployment, namespace, key } = context;
  const place = { deployment, namespace };
  const [receipt, known, before] = await Promise.all([
    readReceipt(cluster, place),
    key.read(cluster),
    runBefore(context),
  ]);
  if (!receipt.ok || !known.ok || before === undefined || receipt.value?.run !== before) return false;
  const proved = receipt.value.tasks[task]?.identity;
  return proved !== undefined && proved === jobIdentity(objects, known.value);
}

/** The last run before this one, by the journal: that of this very run is written ahead of its first object. */
async function runBefore({
  cluster,
  deployment,
  namespace,
  series,
}: Pick<RunContext, 'cluster' | 'deployment' | 'namespace' | 'series'>): Promise<string | undefined> {
  const read = await readJournal({ cluster, namespace, plan: { name: deployment } });
  const header = read.ok ? read.found.journal?.header : undefined;
  if (header === undefined) return undefined;
  return series.startsWith(`${header.run}/`) ? header.before?.run : header.run;
}
