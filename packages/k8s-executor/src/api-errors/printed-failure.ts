import type { KubeObject } from '../cluster/kube-object.js';
import type { PlanFacts } from './plan-facts.js';

/** A failed request about an object, for people: the cause in one sentence, and what to do. */
export interface PrintedFailure {
  readonly cause: string;
  readonly advice?: string;
}

/** What else is known of a refused object. */
export interface FailureSides {
  /** What the cluster holds, for the values of conflicting and immutable fields. */
  readonly live?: KubeObject | undefined;
  readonly facts?: PlanFacts | undefined;
}
