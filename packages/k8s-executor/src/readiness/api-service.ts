import { conditionOf, current, printCondition, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** Argo CD's rule: the API that it announces must be reachable. */
export const judgeApiService: ReadinessRule = (object) => {
  const available = conditionOf(object, 'Available');
  if (available?.status === 'True') return current('its API is available');
  return progressing(available === undefined ? 'its API has not been seen yet' : printCondition(available));
};
