import type { Cluster } from '../cluster/cluster.js';
import { readHistory, readRevision } from '../record/history/read-history.js';

/** As many good revisions of a task are kept, and those that somebody is about to forget. */
const keptMax = 11;

/** A revision that can be seen is whole, wherever its writing was cut off, and there are not too many of a task. */
export async function findHistoryTrouble(
  cluster: Cluster,
  { deployment, namespace }: { readonly deployment: string; readonly namespace: string },
): Promise<readonly string[]> {
  const place = { deployment, namespace };
  const history = await readHistory(cluster, place);
  if (!history.ok) return [];
  const trouble: string[] = [];
  const counts = new Map<string, number>();
  for (const revision of history.value) {
    const { task, number } = revision;
    counts.set(task, (counts.get(task) ?? 0) + 1);
    const read = await readRevision(cluster, place, revision);
    if (read.ok && read.value === undefined)
      trouble.push(`revision ${String(number)} of ${task} can be seen but is not whole`);
  }
  for (const [task, count] of counts)
    if (count > keptMax) trouble.push(`${task} has ${String(count)} revisions`);
  return trouble;
}
