import { conditionOf, current, printCondition } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

/** Current at once, as kstatus says; what keeps it from scaling is told, since metrics often come later. */
export const judgeHorizontalPodAutoscaler: ReadinessRule = (object) => {
  const trouble = ['AbleToScale', 'ScalingActive']
    .map((type) => conditionOf(object, type))
    .find((condition) => condition?.status === 'False');
  return current(trouble === undefined ? 'it is there' : `it is there, but ${printCondition(trouble)}`);
};
