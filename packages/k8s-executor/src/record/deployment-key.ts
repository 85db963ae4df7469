import { createHmac, randomBytes } from 'node:crypto';
import { mappingOf, textOf } from '../cluster/json.js';
import type { ApiResult } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { InventoryOwner } from './inventory.js';
import { recordLabels, recordName } from './record-names.js';

/**
 * What a deployment's digests over secret values are keyed by. It is kept in a Secret: whoever may read jobs, but no
 * Secrets, cannot try which short value a digest stands for.
 */
export interface DeploymentKey {
  /** Undefined when there is none yet. */
  read(cluster: Pick<Cluster, 'get'>): Promise<ApiResult<string | undefined>>;
  /** Makes one when there is none; to be asked under the lock. */
  obtain(cluster: Pick<Cluster, 'get' | 'create'>): Promise<ApiResult<string>>;
}

/** 256 bits nobody can guess. */
export const randomKey = (): string => randomBytes(32).toString('hex');

const dataKey = 'key';

/** Asks the cluster once. */
export function createDeploymentKey(owner: InventoryOwner, newKey: () => string): DeploymentKey {
  const name = recordName(owner.deployment, 'key');
  let known: string | undefined;
  const read: DeploymentKey['read'] = async (cluster) => {
    if (known !== undefined) return { ok: true, value: known };
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace: owner.namespace, name });
    if (!found.ok) return found;
    known = keyIn(found.value);
    return { ok: true, value: known };
  };
  return {
    read,
    async obtain(cluster) {
      const found = await read(cluster);
      if (!found.ok) return found;
      if (found.value !== undefined) return { ok: true, value: found.value };
      const key = newKey();
      const metadata = { name, namespace: owner.namespace, labels: recordLabels(owner.deployment, 'key') };
      const data = { [dataKey]: Buffer.from(key, 'utf8').toString('base64') };
      const made = await cluster.create({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'flotilla.dev/key',
        metadata,
        data,
      });
      if (!made.ok) return made;
      known = key;
      return { ok: true, value: key };
    },
  };
}

function keyIn(secret: KubeObject | undefined): string | undefined {
  const encoded = secret === undefined ? '' : textOf(mappingOf(secret, 'data'), dataKey);
  return encoded === '' ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** `hmac-sha256:…` over a text. */
export function keyedDigest(text: string, key: string): string {
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;
}
