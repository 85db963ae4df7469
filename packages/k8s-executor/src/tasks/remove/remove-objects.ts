import type { TaskProgress } from '@flotilla/core';
import { printReference, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { memberTest } from '../../record/list-members.js';
import { mapBounded } from '../../objects/map-bounded.js';
import { printFailure } from '../../api-errors/print-failure.js';
import type { RunContext } from '../run-context.js';
import { printHold } from './stuck-removal.js';
import { waitUntilGone } from './wait-until-gone.js';

export interface RemoveOptions {
  readonly signal: AbortSignal;
  readonly progress: (progress: TaskProgress) => void;
  /** Awaited once a level is being deleted, before it is gone. */
  readonly onDeleting?: () => Promise<void>;
  /** Told what is still there while it goes. */
  readonly keepLeft?: (left: readonly KubeObject[]) => void;
}

/** What was deleted and is gone; `failure`: why the rest is still there. */
export interface Removal {
  readonly removed: readonly KubeObject[];
  readonly failure?: string;
}

/**
 * Deletes objects level by level and waits until each level is gone before the next. An object that is no longer a
 * member of this deployment when its turn comes (another one has taken it) is left alone.
 */
export async function removeObjects(
  levels: readonly (readonly KubeObject[])[],
  context: RunContext,
  options: RemoveOptions,
): Promise<Removal> {
  const removed: KubeObject[] = [];
  for (const level of levels) {
    const { doomed, failure } = await deleteAll(level, context, options);
    if (failure !== undefined) return { removed, failure: context.redactor.redact(failure) };
    await options.onDeleting?.();
    if (!(await awaitGone(doomed, context, options)))
      return { removed, failure: 'stopped while objects were being deleted' };
    removed.push(...doomed);
  }
  return { removed };
}

interface Deleted {
  readonly doomed: readonly KubeObject[];
  readonly failure?: string;
}

async function deleteAll(
  objects: readonly KubeObject[],
  context: RunContext,
  { signal, progress }: RemoveOptions,
): Promise<Deleted> {
  const message = `deleting ${objects.length === 1 ? '1 object' : `${String(objects.length)} objects`}`;
  progress({ phase: 'apply', message, objects: objects.map(referenceOf) });
  const results = await mapBounded(objects, context.applyConcurrency, (object) =>
    deleteMember(object, context, signal),
  );
  const failure = results.find((result) => typeof result === 'string');
  const doomed = objects.filter((_, at) => results[at] === true);
  return { doomed, ...(failure !== undefined && { failure }) };
}

/** An object that changes faster than it can be read and deleted this often is in somebody's hands. */
const triesMax = 10;

/**
 * Deletes the very version that was looked at: when it has changed since, it is looked at again, for it may belong to
 * somebody else by now. False when it does; why it could not be deleted as text.
 */
async function deleteMember(
  object: KubeObject,
  { cluster, deployment, namespace }: RunContext,
  signal: AbortSignal,
): Promise<boolean | string> {
  const reference = referenceOf(object);
  const isMember = memberTest({ deployment, namespace });
  let seen: KubeObject | undefined = object;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const { uid, resourceVersion } = seen.metadata;
    const result = await cluster.delete(reference, {
      propagation: 'Foreground',
      signal,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    });
    if (result.ok) return true;
    const isStale = result.failure.kind === 'status' && result.failure.code === 409;
    if (!isStale) return printFailure(result.failure, object).cause;
    const again = await cluster.get(reference, signal);
    if (!again.ok) return printFailure(again.failure, object).cause;
    seen = again.value;
    if (seen === undefined || seen.metadata.uid !== uid) return true;
    if (!isMember(seen)) return false;
  }
  return `${printReference(reference)} changes all the time: it could not be deleted`;
}

async function awaitGone(
  objects: readonly KubeObject[],
  { cluster }: RunContext,
  { signal, progress, keepLeft }: RemoveOptions,
): Promise<boolean> {
  let said = '';
  const onProgress = (left: readonly KubeObject[]) => {
    keepLeft?.(left);
    const message = printLeft(left);
    if (message === said) return;
    said = message;
    progress({ phase: 'wait', message, objects: left.map(referenceOf) });
  };
  return await waitUntilGone(objects, { cluster, signal, onProgress });
}

/** The object that is held, if one is, since it is the one to look at. */
function printLeft(left: readonly KubeObject[]): string {
  const first = left.find((object) => printHold(object).startsWith('held')) ?? left[0];
  if (first === undefined) return 'nothing is left';
  const hold = printHold(first);
  const why = hold === '' ? '' : ` (${hold})`;
  return `waiting for ${printReference(referenceOf(first))} to go${why}, ${String(left.length)} left`;
}
