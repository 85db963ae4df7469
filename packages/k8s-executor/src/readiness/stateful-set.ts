import { part } from '../cluster/kube-object.js';
import { mappingOf, numberOf, textOf } from '../cluster/json.js';
import { counted, current, printReadyReplicas } from './readiness.js';
import { progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/**
 * kstatus' rule, and: the controller must have seen the object; OnDelete needs its pods ready too. The API server
 * sets partition 0 where none is given, so the branch with a partition is the usual one.
 */
export const judgeStatefulSet: ReadinessRule = (object) => {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  if (numberOf(status, 'observedGeneration') === 0) return progressing('the controller has not seen it yet');
  const strategy = mappingOf(spec, 'updateStrategy');
  const wanted = numberOf(spec, 'replicas', 1);
  const replicas = numberOf(status, 'replicas');
  const ready = numberOf(status, 'readyReplicas');
  const updated = numberOf(status, 'updatedReplicas');
  const done = printReadyReplicas(ready, wanted);
  if (textOf(strategy, 'type') === 'OnDelete') {
    return ready < wanted ? progressing(done) : current(`${done}; it updates a pod when you delete it`);
  }
  if (replicas < wanted) return progressing(`${replicas} of ${wanted} replicas made`);
  if (ready < wanted) return progressing(done);
  if (replicas > wanted) return progressing(`${counted(replicas - wanted, 'replica')} still to end`);
  const partition = numberOf(mappingOf(strategy, 'rollingUpdate'), 'partition', -1);
  if (partition !== -1) {
    const toUpdate = wanted - partition;
    if (updated < toUpdate) return progressing(`${updated} of ${toUpdate} replicas updated`);
    return current(partition === 0 ? done : `${done}, ${updated} updated (partition ${partition})`);
  }
  const behind = textOf(status, 'currentRevision') !== textOf(status, 'updateRevision');
  if (behind || numberOf(status, 'currentReplicas') < wanted)
    return progressing(`${updated} of ${wanted} replicas updated`);
  return current(done);
};
