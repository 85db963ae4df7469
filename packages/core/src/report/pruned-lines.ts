import type { ObjectReference } from '../domain/outcome.js';
import type { PruneSummary, RolledBackTask } from '../domain/event.js';
import { oneLine } from './text-layout.js';

/** What a run has pruned and what it has kept, each object once, in lines for a summary. */
export function prunedLines({ deleted, kept, failure }: PruneSummary): readonly string[] {
  return [
    ...deleted.map((object) => `pruned  ${printObject(object)}`),
    ...kept.map(({ object, reason }) => `kept    ${printObject(object)}: ${oneLine(reason)}`),
    ...(failure === undefined ? [] : [`pruning failed: ${oneLine(failure)}`]),
  ];
}

/** What a halted run has put back, a line for each task that it had changed. */
export function rolledBackLines(tasks: readonly RolledBackTask[]): readonly string[] {
  return tasks.map(({ task, revision, outcome, reason }) =>
    revision === null
      ? `left as it is  ${oneLine(task)}: ${oneLine(reason)}`
      : `rolled back    ${oneLine(task)} to revision ${revision}: ${outcome ?? 'not done'}, ${oneLine(reason)}`,
  );
}

function printObject({ kind, namespace, name }: ObjectReference): string {
  return oneLine(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}
