import { conditionsOf, counted, current, failed, printCondition, progressing } from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** What holds for every kind before its own rule is asked: deletion, an unseen generation, standard conditions. */
export function judgeStandard(object: KubeObject): Readiness | undefined {
  const stale = judgeFreshness(object);
  if (stale !== undefined) return stale;
  for (const condition of conditionsOf(object)) {
    if (condition.type === 'Reconciling' && condition.status === 'True')
      return progressing(printCondition(condition));
    if (condition.type === 'Stalled' && condition.status === 'True') return failed(printCondition(condition));
  }
  return undefined;
}

/** Progressing while the object is on its way out, or its status speaks of an older generation. */
export function judgeFreshness(object: KubeObject): Readiness | undefined {
  const { deletionTimestamp, generation } = object.metadata;
  if (typeof deletionTimestamp === 'string' && deletionTimestamp !== '')
    return progressing(printDeletion(object));
  const observed = part(object, 'status')['observedGeneration'];
  if (generation !== undefined && typeof observed === 'number' && observed !== generation) {
    return progressing(`the controller has seen generation ${observed}, not yet ${generation}`);
  }
  return undefined;
}

function printDeletion({ metadata: { finalizers } }: KubeObject): string {
  const names = Array.isArray(finalizers) ? finalizers.filter((name) => typeof name === 'string') : [];
  if (names.length === 0) return 'it is being deleted';
  return `it is being deleted, held by ${counted(names.length, 'finalizer')}: ${names.join(', ')}`;
}

/** Kinds without a rule of their own: by `Ready`; current when there is none, as kstatus says. */
export const judgeByConditions: ReadinessRule = (object) => {
  const ready = conditionsOf(object).find(
    ({ type, status }) => type === 'Ready' && ['True', 'False', 'Unknown'].includes(status),
  );
  if (ready === undefined) return { ...current('it is there'), assumed: true };
  return ready.status === 'True' ? current('it is ready') : progressing(printCondition(ready));
};
