import { current, mappingOf, numberOf, part, progressing, textOf } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule; with OnDelete old pods are what was asked for. */
export const judgeDaemonSet: ReadinessRule = (object) => {
  const status = part(object, 'status');
  if (object.metadata.generation === undefined || status['observedGeneration'] === undefined) {
    return progressing('the controller has not seen it yet');
  }
  if (status['desiredNumberScheduled'] === undefined) return progressing('no node has been chosen yet');
  const wanted = numberOf(status, 'desiredNumberScheduled');
  const scheduled = numberOf(status, 'currentNumberScheduled');
  const updated = numberOf(status, 'updatedNumberScheduled');
  const available = numberOf(status, 'numberAvailable');
  const ready = numberOf(status, 'numberReady');
  const onDelete = textOf(mappingOf(part(object, 'spec'), 'updateStrategy'), 'type') === 'OnDelete';
  if (scheduled < wanted) return progressing(`${scheduled} of ${wanted} pods scheduled`);
  if (!onDelete && updated < wanted) return progressing(`${updated} of ${wanted} pods updated`);
  if (available < wanted) return progressing(`${available} of ${wanted} pods available`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} pods ready`);
  return current(`${ready} of ${wanted} pods ready`);
};
