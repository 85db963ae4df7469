import {
  conditionOf,
  conditionsOf,
  current,
  failed,
  part,
  printCondition,
  progressing,
} from './readiness.js';
import type { Readiness, ReadinessRule } from './readiness.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** What holds for every kind before its own rule is asked: deletion, an unseen generation, standard conditions. */
export function judgeStandard(object: KubeObject): Readiness | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('it is being deleted');
  const observed = part(object, 'status')['observedGeneration'];
  const { generation } = object.metadata;
  if (generation !== undefined && typeof observed === 'number' && observed !== generation) {
    return progressing(`the controller has seen generation ${observed}, not yet ${generation}`);
  }
  for (const condition of conditionsOf(object)) {
    if (condition.type === 'Reconciling' && condition.status === 'True')
      return progressing(printCondition(condition));
    if (condition.type === 'Stalled' && condition.status === 'True') return failed(printCondition(condition));
  }
  return undefined;
}

/** Kinds without a rule of their own: by `Ready`; current when there is none. Gateways say it with other words. */
export const judgeByConditions: ReadinessRule = (object) => {
  const ready = conditionsOf(object).find(
    (condition) => condition.type === 'Ready' && ['True', 'False', 'Unknown'].includes(condition.status),
  );
  if (ready !== undefined)
    return ready.status === 'True' ? current('it is ready') : progressing(printCondition(ready));
  return judgeGateway(object);
};

function judgeGateway(object: KubeObject): Readiness {
  if (!object.apiVersion.startsWith('gateway.networking.k8s.io/')) return current('it is there');
  const accepted = conditionOf(object, 'Accepted');
  const programmed = conditionOf(object, 'Programmed');
  if (accepted?.status === 'False') return failed(printCondition(accepted));
  if (programmed !== undefined && programmed.status !== 'True')
    return progressing(printCondition(programmed));
  return current('it is there');
}
