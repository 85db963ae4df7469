import { conditionOf, current, failed, numberOf, part, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

const noDeadlineSeconds = 2 ** 31 - 1;

/** kstatus' rule, and: the controller must have seen the object; a paused rollout is what was asked for. */
export const judgeDeployment: ReadinessRule = (object) => {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  if (status['observedGeneration'] === undefined) return progressing('the controller has not seen it yet');
  if (spec['paused'] === true) return current('the rollout is paused');
  const progress = conditionOf(object, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    return failed('the rollout exceeded its progress deadline');
  const wanted = numberOf(spec, 'replicas', 1);
  const replicas = numberOf(status, 'replicas');
  const updated = numberOf(status, 'updatedReplicas');
  const available = numberOf(status, 'availableReplicas');
  const ready = numberOf(status, 'readyReplicas');
  if (replicas < wanted) return progressing(`${replicas} of ${wanted} replicas made`);
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas updated`);
  if (replicas > wanted) return progressing(`${replicas - wanted} old replicas still to end`);
  if (available < updated) return progressing(`${available} of ${updated} replicas available`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas ready`);
  const deadline = numberOf(spec, 'progressDeadlineSeconds', noDeadlineSeconds);
  const rolledOut = progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable';
  if (deadline !== noDeadlineSeconds && !rolledOut) return progressing('the new ReplicaSet is not available');
  if (conditionOf(object, 'Available')?.status !== 'True')
    return progressing('too few replicas are available');
  return current(`${ready} of ${wanted} replicas ready`);
};
