import type { TaskContext, Verdict } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { isStateful, removalLevels } from '../record/removal-order.js';
import { printKinds } from './remove/print-kinds.js';
import { removeObjects } from './remove/remove-objects.js';
import type { RunContext } from './run-context.js';

/** `keepLeft` is told what is still there, for a removal that does not end. */
export interface RemovalContext extends TaskContext {
  readonly keepLeft: (left: readonly KubeObject[]) => void;
}

/**
 * Deletes what the deployment's inventory holds, services before those that they depend on, and waits until it is
 * gone. Claims, volumes, namespaces and CRDs stay unless they are asked for.
 */
export async function removeEnvironment(context: RunContext, task: RemovalContext): Promise<Verdict> {
  context.membership.forget();
  const members = await context.membership.members();
  const isKept = (object: KubeObject) => isStateful(object) && !context.pruneStateful;
  const kept = members.objects.filter(isKept);
  const doomed = members.objects.filter((object) => !isKept(object));
  const [unlisted] = members.unlisted;
  if (unlisted !== undefined)
    return { kind: 'failed', reason: `${unlisted[0]} objects cannot be looked for: ${unlisted[1]}` };
  if (doomed.length === 0) return { kind: 'unchanged', reason: `nothing to delete${printKept(kept)}` };
  const isOwn = ({ kind, metadata }: KubeObject) =>
    kind === 'Namespace' && metadata.name === context.namespace;
  const others = doomed.filter((object) => !isOwn(object));
  const levels = removalLevels(others, context.membership.dependencies());
  const removal = await removeObjects(levels, context, task);
  const failure = removal.failure ?? (await removeOwnNamespace(doomed.filter(isOwn), context, task));
  context.membership.forget();
  if (failure !== undefined) return { kind: 'failed', reason: failure };
  const count = doomed.length === 1 ? '1 object' : `${String(doomed.length)} objects`;
  return { kind: 'succeeded', reason: `${count} deleted${printKept(kept)}` };
}

/** The deployment's own namespace goes last, and all that the cluster remembers of it goes with it. */
async function removeOwnNamespace(
  own: readonly KubeObject[],
  context: RunContext,
  task: RemovalContext,
): Promise<string | undefined> {
  if (own.length === 0) return undefined;
  const onDeleting = () => context.leave();
  return (await removeObjects([own], context, { ...task, onDeleting })).failure;
}

function printKept(kept: readonly KubeObject[]): string {
  if (kept.length === 0) return '';
  return `; kept: ${printKinds(kept)} (--prune-stateful deletes ${kept.length === 1 ? 'this' : 'these'} too)`;
}
