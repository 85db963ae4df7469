import { part } from '../cluster/kube-object.js';
import { numberOf } from '../cluster/json.js';
import { conditionsOf, counted, current, failed, isTrue } from './readiness.js';
import { printReadyReplicas, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

const noDeadlineSeconds = 2 ** 31 - 1;

/** kstatus' rule, and: the controller must have seen the object; a paused rollout is what was asked for. */
export const judgeDeployment: ReadinessRule = (object) => {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  if (status['observedGeneration'] === undefined) return progressing('the controller has not seen it yet');
  if (spec['paused'] === true) return current('its rollout is paused, as its spec asks');
  const progress = conditionsOf(object).filter((condition) => condition.type === 'Progressing');
  if (progress.some((condition) => condition.reason === 'ProgressDeadlineExceeded'))
    return failed('the rollout exceeded its progress deadline');
  const wanted = numberOf(spec, 'replicas', 1);
  const replicas = numberOf(status, 'replicas');
  const updated = numberOf(status, 'updatedReplicas');
  const available = numberOf(status, 'availableReplicas');
  const ready = numberOf(status, 'readyReplicas');
  if (replicas < wanted) return progressing(`${replicas} of ${wanted} replicas made`);
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas updated`);
  if (replicas > wanted) return progressing(`${counted(replicas - wanted, 'old replica')} still to end`);
  if (available < updated) return progressing(`${available} of ${updated} replicas available`);
  if (ready < wanted) return progressing(printReadyReplicas(ready, wanted));
  const hasDeadline = numberOf(spec, 'progressDeadlineSeconds', noDeadlineSeconds) !== noDeadlineSeconds;
  const rolledOut = progress.some(
    (condition) => condition.status === 'True' && condition.reason === 'NewReplicaSetAvailable',
  );
  if (hasDeadline && !rolledOut) return progressing('the new ReplicaSet is not available');
  if (!isTrue(object, 'Available')) return progressing('too few replicas are available');
  return current(printReadyReplicas(ready, wanted));
};
