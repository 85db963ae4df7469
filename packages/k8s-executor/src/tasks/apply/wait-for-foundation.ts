import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { judge } from '../../readiness/judge.js';
import type { AppliedObject } from './applied-object.js';
import { observe } from '../wait/observation.js';
import type { RunContext } from '../run-context.js';
import type { Sight } from '../wait/sight.js';

/** What applying the objects of a task is given. */
export interface ApplyOptions {
  readonly signal: AbortSignal;
  /** Told of the namespaces and CRDs that the rest waits for. */
  readonly tellWait: (pending: readonly Sight[]) => void;
}

/** Waits until namespaces are active and CRDs established: nothing can be put into them before. */
export async function waitForFoundation(
  objects: readonly AppliedObject[],
  context: RunContext,
  { signal, tellWait }: ApplyOptions,
): Promise<void> {
  if (objects.length === 0) return;
  const observation = observe({ objects, judge }, context);
  try {
    await observation.untilCurrent(signal, tellWait);
  } finally {
    observation.stop();
  }
  if (!objects.some((object) => object.changed)) return;
  context.cluster.forgetResources();
  for (const object of objects) await waitUntilServed(object.applied, context, signal);
}

const servedWithinMs = 10_000;
const askAgainMs = 100;

/** An established kind is announced a moment later, and announcements cannot be watched: so they are asked for. */
async function waitUntilServed(object: KubeObject, context: RunContext, signal: AbortSignal): Promise<void> {
  const { cluster, clock } = context;
  const deadlineMs = clock.now() + servedWithinMs;
  for (const { apiVersion, kind } of kindsOfCrd(object)) {
    for (;;) {
      const found = await cluster.resource(apiVersion, kind);
      const known = !found.ok || found.value !== undefined;
      if (known || signal.aborted || clock.now() >= deadlineMs) break;
      await clock.until(clock.now() + askAgainMs, signal);
      cluster.forgetResources();
    }
  }
}

function kindsOfCrd(object: KubeObject): readonly { readonly apiVersion: string; readonly kind: string }[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const spec = part(object, 'spec');
  const kind = textOf(mappingOf(spec, 'names'), 'kind');
  return listOf(spec, 'versions')
    .filter((version) => version['served'] === true)
    .map((version) => ({ apiVersion: `${textOf(spec, 'group')}/${textOf(version, 'name')}`, kind }));
}
