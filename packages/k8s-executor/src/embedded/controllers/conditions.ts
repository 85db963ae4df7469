import { listOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

export interface NewCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** The condition as it is to be stored: its transition time is kept while its status stays. */
export function nextCondition(object: KubeObject, condition: NewCondition, now: string): JsonObject {
  const before = listOf(part(object, 'status'), 'conditions').find(({ type }) => type === condition.type);
  const isSame = before?.['status'] === condition.status;
  return { ...condition, lastTransitionTime: isSame ? before['lastTransitionTime'] : now };
}
