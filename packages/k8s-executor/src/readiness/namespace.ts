import { part } from '../cluster/kube-object.js';
import { textOf } from '../cluster/json.js';
import { current, progressing } from './readiness.js';
import type { ReadinessRule } from './readiness.js';

export const judgeNamespace: ReadinessRule = (object) => {
  const phase = textOf(part(object, 'status'), 'phase');
  return phase === 'Active' ? current('it is active') : progressing(`it is ${phase.toLowerCase() || 'new'}`);
};
