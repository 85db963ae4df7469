import type { KubeObject } from '../../cluster/kube-object.js';
import { judge } from '../../readiness/judge.js';
import { counted } from '../../readiness/readiness.js';

/**
 * What the pods of a workload that are not ready yet are doing, most of them first: `2 pods: running, but not ready`.
 * Empty when there is nothing to say.
 */
export function printPods(pods: readonly KubeObject[]): string {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const { status, message } = judge(pod);
    if (status !== 'progressing') continue;
    const words = message.replace(/^it is /u, '');
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([words, count]) => `${counted(count, 'pod')}: ${words}`)
    .join('; ');
}
