import type { KubeObject } from '../../cluster/kube-object.js';

/** An object that the cluster holds as it was asked for. */
export interface AppliedObject {
  readonly desired: KubeObject;
  /** The server's answer, or the live object when nothing had to be written. */
  readonly applied: KubeObject;
  readonly changed: boolean;
}
