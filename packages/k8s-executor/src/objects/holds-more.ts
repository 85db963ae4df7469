import type { KubeObject } from '../cluster/kube-object.js';

/** With these goes what cannot be made anew: data, or other people's objects. */
const neverReplaced = ['PersistentVolumeClaim', 'PersistentVolume', 'Namespace', 'CustomResourceDefinition'];

/** True for what `--replace` leaves alone because data or other objects would go with it. */
export function holdsMore({ kind }: KubeObject): boolean {
  return neverReplaced.includes(kind);
}
