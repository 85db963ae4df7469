import { current, mappingOf, numberOf, part, progressing, textOf } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule, and: the controller must have seen the object; OnDelete needs its pods ready too. */
export const judgeStatefulSet: ReadinessRule = (object) => {
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  if (numberOf(status, 'observedGeneration') === 0) return progressing('the controller has not seen it yet');
  const strategy = mappingOf(spec, 'updateStrategy');
  const wanted = numberOf(spec, 'replicas', 1);
  const replicas = numberOf(status, 'replicas');
  const ready = numberOf(status, 'readyReplicas');
  const updated = numberOf(status, 'updatedReplicas');
  if (replicas < wanted) return progressing(`${replicas} of ${wanted} replicas made`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas ready`);
  if (textOf(strategy, 'type') === 'OnDelete')
    return current(`${ready} of ${wanted} replicas ready, updated by hand`);
  if (replicas > wanted) return progressing(`${replicas - wanted} replicas still to end`);
  const partition = mappingOf(strategy, 'rollingUpdate')['partition'];
  if (typeof partition === 'number' && partition !== 0) {
    if (updated < wanted - partition)
      return progressing(`${updated} of ${wanted - partition} replicas updated`);
    return current(`${ready} of ${wanted} replicas ready, ${updated} updated (partition ${partition})`);
  }
  if (numberOf(status, 'currentReplicas') < wanted)
    return progressing(`${updated} of ${wanted} replicas updated`);
  const behind = textOf(status, 'currentRevision') !== textOf(status, 'updateRevision');
  if (behind) return progressing(`${updated} of ${wanted} replicas updated`);
  return current(`${ready} of ${wanted} replicas ready`);
};
