import { judge } from '../readiness/judge.js';
import type { AppliedObject } from './applied-object.js';
import { observe } from './observation.js';
import type { RunContext } from './run-context.js';

/** Waits until namespaces are active and CRDs established: nothing can be put into them before. */
export async function waitForFoundation(
  objects: readonly AppliedObject[],
  context: RunContext,
  signal: AbortSignal,
): Promise<void> {
  if (objects.length === 0) return;
  const observation = observe({ objects, judge }, context);
  try {
    await observation.untilCurrent(signal);
  } finally {
    observation.stop();
  }
  if (objects.some((object) => object.changed)) context.cluster.forgetResources();
}
