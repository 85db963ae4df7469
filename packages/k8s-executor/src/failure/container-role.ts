import { listOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** A container of a pod by its part in it: `container app`, `init container migrate`, `sidecar proxy`. */
export function nameContainer(pod: KubeObject, name: string): string {
  const init = listOf(part(pod, 'spec'), 'initContainers').find((each) => each['name'] === name);
  if (init === undefined) return `container ${name}`;
  return textOf(init, 'restartPolicy') === 'Always' ? `sidecar ${name}` : `init container ${name}`;
}

/** What the pod's spec says of a container; empty when it has none of that name. */
export function containerSpec(pod: KubeObject, name: string): JsonObject {
  const spec = part(pod, 'spec');
  const all = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  return all.find((each) => each['name'] === name) ?? {};
}
