import { part } from '../cluster/kube-object.js';
import { mappingOf, numberOf, textOf } from '../cluster/json.js';
import { current, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule; with OnDelete old pods are what was asked for. */
export const judgeDaemonSet: ReadinessRule = (object) => {
  const status = part(object, 'status');
  if (object.metadata.generation === undefined || status['observedGeneration'] === undefined) {
    return progressing('the controller has not seen it yet');
  }
  const wanted = numberOf(status, 'desiredNumberScheduled', -1);
  if (wanted === -1) return progressing('no node has been chosen yet');
  if (wanted === 0) return current('no node matches it, so it needs no pod');
  const ready = numberOf(status, 'numberReady');
  const onDelete = textOf(mappingOf(part(object, 'spec'), 'updateStrategy'), 'type') === 'OnDelete';
  const steps: readonly (readonly [count: number, done: string])[] = [
    [numberOf(status, 'currentNumberScheduled'), 'scheduled'],
    [onDelete ? wanted : numberOf(status, 'updatedNumberScheduled'), 'updated'],
    [numberOf(status, 'numberAvailable'), 'available'],
    [ready, 'ready'],
  ];
  for (const [count, done] of steps) {
    if (count < wanted) return progressing(`${count} of ${wanted} pods ${done}`);
  }
  return current(`${ready} of ${wanted} pods ready`);
};
