import type { ObjectReference } from '../domain/outcome.js';
import type { PruneSummary } from '../domain/event.js';
import { oneLine } from './text-layout.js';

/** What a run has pruned and what it has kept, each object once, in lines for a summary. */
export function prunedLines({ deleted, kept, failure }: PruneSummary): readonly string[] {
  return [
    ...deleted.map((object) => `pruned  ${printObject(object)}`),
    ...kept.map(({ object, reason }) => `kept    ${printObject(object)}: ${oneLine(reason)}`),
    ...(failure === undefined ? [] : [`pruning failed: ${oneLine(failure)}`]),
  ];
}

function printObject({ kind, namespace, name }: ObjectReference): string {
  return oneLine(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}
