import type { KubeObject } from '../../cluster/kube-object.js';
import { judge } from '../../readiness/judge.js';
import type { RunContext } from '../run-context.js';
import type { ApplyOptions } from './wait-for-foundation.js';
import { waitUntilGone } from '../remove/wait-until-gone.js';

/**
 * The live object that may be applied to. One that is on its way out (a removal was cut short, or somebody deletes by
 * hand) would take along what is applied to it, so it is waited for: undefined then, also when `signal` aborts first.
 */
export async function awaitRemoval(
  live: KubeObject | undefined,
  { cluster }: Pick<RunContext, 'cluster'>,
  { signal, tellWait }: ApplyOptions,
): Promise<KubeObject | undefined> {
  if (live?.metadata.deletionTimestamp === undefined) return live;
  await waitUntilGone([live], {
    cluster,
    signal,
    onProgress: (left) => {
      tellWait(left.map((object) => ({ object, readiness: judge(object), pods: [], generation: 0 })));
    },
  });
  return undefined;
}
