import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import type { Applied } from '../../cluster/cluster.js';
import { keyOf, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { leaveScaledReplicas } from './scaled-replicas.js';
import type { RunContext } from '../run-context.js';

/** Whether applying this object takes fields over from other managers. */
export function forces(
  object: KubeObject,
  { force, takenOver }: Pick<RunContext, 'force' | 'takenOver'>,
): boolean {
  return force || takenOver.has(keyOf(referenceOf(object)));
}

export interface SendOptions {
  /** What the cluster holds, as far as it is known. */
  readonly live?: KubeObject | undefined;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Applies an object, for good or as a dry run, but for the replicas that an autoscaler has set: a conflict about
 * those alone is none.
 */
export async function sendObject(
  desired: KubeObject,
  context: Pick<RunContext, 'cluster' | 'force' | 'takenOver'>,
  options: SendOptions = {},
): Promise<ApiResult<Applied>> {
  const { cluster } = context;
  const { live, dryRun = false, signal } = options;
  const force = options.force ?? forces(desired, context);
  const request = { force, dryRun, ...(signal !== undefined && { signal }) };
  const wanted = live === undefined ? desired : leaveScaledReplicas(desired, live);
  const sent = await cluster.apply(wanted, request);
  if (sent.ok || live !== undefined || !isAboutReplicas(sent.failure)) return sent;
  const found = await cluster.get(referenceOf(desired), signal);
  if (!found.ok || found.value === undefined) return sent;
  const left = leaveScaledReplicas(desired, found.value);
  return left === desired ? sent : await cluster.apply(left, request);
}

function isAboutReplicas(failure: ApiFailure): boolean {
  return failure.kind === 'status' && failure.causes.some(({ field }) => field === '.spec.replicas');
}
