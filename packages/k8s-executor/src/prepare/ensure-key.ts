import type { Refusal } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { isSecret } from '../objects/owned-fields.js';
import { isRbac } from '../api-errors/print-failure.js';
import type { RunContext } from '../tasks/run-context.js';

/** From the first run with secrets on there is something to key their digests by. */
export async function ensureKey(
  cluster: Pick<Cluster, 'get' | 'create'>,
  { file, key }: RunContext,
  objects: readonly KubeObject[],
): Promise<Refusal | undefined> {
  const containers = [...file.services, ...file.jobs].map(({ container }) => container);
  const hasSecrets =
    objects.some(isSecret) || containers.some(({ envs }) => envs.some(({ secret }) => secret === true));
  if (!hasSecrets) return undefined;
  const obtained = await key.obtain(cluster);
  if (obtained.ok) return undefined;
  const { failure } = obtained;
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  return { exitCode: isRbac(failure) ? 77 : 69, message: `the key of the deployment cannot be kept: ${why}` };
}
