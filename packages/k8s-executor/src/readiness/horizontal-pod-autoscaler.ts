import { isJsonObject } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionsOf, current, printCondition, progressing } from './readiness.js';
import type { Condition, ReadinessRule } from './readiness.js';

/** Where autoscaling/v1, which has no conditions, keeps them. */
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';

/**
 * Current once it can scale what it names, and at once where nothing has been said of that. What keeps it from
 * scaling by its metrics is told but waited for by nobody: metrics come after the pods.
 */
export const judgeHorizontalPodAutoscaler: ReadinessRule = (object) => {
  const conditions = allConditions(object);
  const able = conditions.find(({ type }) => type === 'AbleToScale');
  if (able !== undefined && able.status !== 'True') return progressing(printCondition(able));
  const active = conditions.find(({ type, status }) => type === 'ScalingActive' && status === 'False');
  return current(active === undefined ? 'it is there' : `it is there, but ${printCondition(active)}`);
};

function allConditions(object: KubeObject): readonly Condition[] {
  const annotation = object.metadata.annotations?.[conditionsAnnotation];
  if (typeof annotation !== 'string') return conditionsOf(object);
  const conditions = parseList(annotation).filter(isJsonObject);
  return conditionsOf({ ...object, status: { conditions } });
}

function parseList(text: string): readonly Json[] {
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  } catch {
    return [];
  }
}
