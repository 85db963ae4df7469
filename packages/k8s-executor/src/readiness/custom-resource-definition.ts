import { conditionsOf, current, failed, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** kstatus' rule; conditions are read in their order. */
export const judgeCustomResourceDefinition: ReadinessRule = (object) => {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(message || reason);
    if (type !== 'Established') continue;
    if (status === 'True') return current('it is established');
    if (status === 'False' && reason !== 'Installing') return failed(message || reason);
  }
  return progressing('it is not established yet');
};
