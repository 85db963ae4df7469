import { part } from '../cluster/kube-object.js';
import { numberOf } from '../cluster/json.js';
import { conditionsOf, counted, current, printCondition } from './readiness.js';
import { printReadyReplicas, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule; how long pods may be refused is the business of a run. */
export const judgeReplicaSet: ReadinessRule = (object) => {
  const status = part(object, 'status');
  const wanted = numberOf(part(object, 'spec'), 'replicas', 1);
  const refused = conditionsOf(object).find(
    (condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  if (refused !== undefined) return progressing(printCondition(refused));
  const labelled = numberOf(status, 'fullyLabeledReplicas');
  const available = numberOf(status, 'availableReplicas');
  const ready = numberOf(status, 'readyReplicas');
  const replicas = numberOf(status, 'replicas');
  if (labelled < wanted) return progressing(`${labelled} of ${wanted} replicas made`);
  if (available < wanted) return progressing(`${available} of ${wanted} replicas available`);
  if (ready < wanted) return progressing(printReadyReplicas(ready, wanted));
  if (replicas > wanted) return progressing(`${counted(replicas - wanted, 'replica')} still to end`);
  return current(printReadyReplicas(ready, wanted));
};
