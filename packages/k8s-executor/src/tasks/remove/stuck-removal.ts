import type { Evidence } from '@flotilla/core';
import { printReference, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** Set by the garbage collector itself: the object waits for those that belong to it. */
const foreground = 'foregroundDeletion';

/** What an object that is being deleted waits for: `finalizer example.com/hold`; empty when nothing is to be seen. */
export function printHold(object: KubeObject): string {
  const finalizers = object.metadata['finalizers'];
  const names = Array.isArray(finalizers) ? finalizers.map(String) : [];
  const foreign = names.filter((name) => name !== foreground);
  if (foreign.length > 0) return `held by the finalizer ${foreign.join(', ')}`;
  return names.length > 0 ? 'what belongs to it goes first' : '';
}

/** Why a removal does not end: the object that is held the hardest. */
export function explainRemoval(left: readonly KubeObject[]): Evidence | undefined {
  const stuck = left.find((object) => printHold(object).startsWith('held')) ?? left[0];
  if (stuck === undefined) return undefined;
  const subject = printReference(referenceOf(stuck));
  const hold = printHold(stuck);
  const place = stuck.metadata.namespace === undefined ? '' : `-n ${stuck.metadata.namespace} `;
  return {
    cause: hold === '' ? `${subject} is not gone yet` : `${subject} is not gone yet: ${hold}`,
    ...(hold.startsWith('held') && {
      advice: 'The controller that set the finalizer must remove it: check that it runs.',
    }),
    object: referenceOf(stuck),
    state: `being deleted since ${stuck.metadata.deletionTimestamp ?? 'just now'}`,
    events: [],
    logs: [],
    command: `kubectl ${place}get ${stuck.kind.toLowerCase()} ${stuck.metadata.name} -o yaml`,
  };
}
