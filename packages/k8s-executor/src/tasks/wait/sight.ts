import type { KubeObject } from '../../cluster/kube-object.js';
import type { Symptom } from '../../failure/symptom.js';
import type { Readiness } from '../../readiness/readiness.js';

/** An object that is not current yet, as it is seen at one moment. */
export interface Sight {
  readonly object: KubeObject;
  readonly readiness: Readiness;
  /** Of the newest revision. */
  readonly pods: readonly KubeObject[];
  readonly replicaSet?: KubeObject | undefined;
  /** What most speaks against it, be it that its grace time has not passed yet. */
  readonly symptom?: Symptom | undefined;
  /** Why its verdict was put off though its grace time has passed. */
  readonly hope?: string | undefined;
  /** The generation that this run has applied. */
  readonly generation: number;
}

/** An object that is given up, and why. */
export interface Failing {
  readonly sight: Sight;
  readonly symptom: Symptom;
}
