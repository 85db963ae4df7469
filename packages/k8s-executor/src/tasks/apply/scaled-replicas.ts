import { isJsonObject, withoutKeys } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { isAutoscaled } from '../../objects/owned-fields.js';

/**
 * The object without `spec.replicas` where an autoscaler has set it: the number in the manifest is where scaling
 * began, neither a difference nor a conflict.
 */
export function leaveScaledReplicas(desired: KubeObject, live: KubeObject): KubeObject {
  const { spec } = desired;
  if (!isJsonObject(spec) || spec['replicas'] === undefined || !isAutoscaled(live)) return desired;
  return { ...desired, spec: withoutKeys(spec, ['replicas']) };
}
