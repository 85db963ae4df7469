import { part } from '../cluster/kube-object.js';
import { textOf } from '../cluster/json.js';
import { current, failed, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule, and: a lost volume does not come back. Whether the claim waits for a pod to use it is not to be seen here. */
export const judgePersistentVolumeClaim: ReadinessRule = (object) => {
  const phase = textOf(part(object, 'status'), 'phase');
  if (phase === 'Bound') return current('it is bound');
  if (phase === 'Lost') return failed('its volume is lost');
  return progressing('no volume is bound to it yet');
};
