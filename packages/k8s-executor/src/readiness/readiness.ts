import { listOf, textOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Whether an object is what was asked for: still on its way, there, or never going to be; with the reason in words. */
export interface Readiness {
  readonly status: 'progressing' | 'current' | 'failed';
  readonly message: string;
  /** Nothing in the object says so: it is current only because nobody says otherwise. */
  readonly assumed?: true;
}

/** Judges an object by itself, without memory. */
export type ReadinessRule = (object: KubeObject) => Readiness;

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly lastUpdateTime: string;
}

export function progressing(message: string): Readiness {
  return { status: 'progressing', message };
}

export function current(message: string): Readiness {
  return { status: 'current', message };
}

export function failed(message: string): Readiness {
  return { status: 'failed', message };
}

/** `status.conditions` in their order, which matters: some rules stop at the first that says something. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  return listOf(part(object, 'status'), 'conditions').map((condition) => ({
    type: textOf(condition, 'type'),
    status: textOf(condition, 'status'),
    reason: textOf(condition, 'reason'),
    message: textOf(condition, 'message'),
    lastTransitionTime: textOf(condition, 'lastTransitionTime'),
    lastUpdateTime: textOf(condition, 'lastUpdateTime'),
  }));
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Whether a condition of that type is True: another of the same type does not hide it. */
export function isTrue(object: KubeObject, type: string): boolean {
  return conditionsOf(object).some((condition) => condition.type === type && condition.status === 'True');
}

/** `1 replica`, `3 replicas`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 of 3 replicas ready`; of none it says that none is wanted. */
export function printReadyReplicas(ready: number, wanted: number): string {
  return wanted === 0 ? 'it is scaled to zero' : `${ready} of ${wanted} replicas ready`;
}

/** `Ready is False: reason, message`, without what is missing. */
export function printCondition(condition: Condition): string {
  const why = [condition.reason, condition.message].filter((text) => text !== '').join(', ');
  return `${condition.type} is ${condition.status}${why === '' ? '' : `: ${why}`}`;
}
