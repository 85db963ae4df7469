import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import { leaseReference, readLease } from './lease-record.js';
import type { LockHolder } from './lease-record.js';

/** Who holds the lock of a deployment; undefined when nobody does. Tells not whether the holder is alive. */
export async function readLock(
  cluster: Cluster,
  where: { readonly deployment: string; readonly namespace: string },
): Promise<ApiResult<LockHolder | undefined>> {
  const found = await cluster.get(leaseReference(where));
  if (!found.ok) return found;
  return { ok: true, value: found.value === undefined ? undefined : readLease(found.value).holder };
}

/** What to tell whoever asked for the holder when it could not be read. */
export function describeUnreadLock(failure: ApiFailure): string {
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  return `who deploys at this moment is not known: ${why}`;
}
