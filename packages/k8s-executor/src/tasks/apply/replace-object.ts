import { holdsMore } from '../../objects/holds-more.js';
import type { ApiResult } from '../../cluster/api-failure.js';
import { referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { waitUntilGone } from '../remove/wait-until-gone.js';
import type { RunContext } from '../run-context.js';

/** True for what a run may delete and make anew when it cannot be changed: jobs and pods always, else with `--replace`. */
export function mayReplace(object: KubeObject, { replace }: Pick<RunContext, 'replace'>): boolean {
  return ['Job', 'Pod'].includes(object.kind) || (replace && !holdsMore(object));
}

/** Deletes an object with all that belongs to it, waits until it is gone, and makes it anew. */
export async function replaceObject(
  object: KubeObject,
  context: Pick<RunContext, 'cluster' | 'force'>,
  signal: AbortSignal,
): Promise<ApiResult<KubeObject>> {
  const { cluster, force } = context;
  // In the foreground: the pods of the old job must not run beside those of the new one.
  const deleted = await cluster.delete(referenceOf(object), { propagation: 'Foreground', signal });
  if (!deleted.ok) return deleted;
  const gone = await waitUntilGone([object], { cluster, signal });
  if (!gone) return { ok: false, failure: { kind: 'aborted' } };
  const applied = await cluster.apply(object, { force, signal });
  return applied.ok ? { ok: true, value: applied.value.object } : applied;
}
