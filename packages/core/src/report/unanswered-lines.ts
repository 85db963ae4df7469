import type { ObjectReference, UnansweredWrite } from '../domain/outcome.js';
import type { Style } from './style.js';
import { oneLine } from './text-layout.js';

/** What is unknown after a run was stopped: the writes that nobody answered, and how to see what became of each. */
export function formatUnanswered(writes: readonly UnansweredWrite[], style: Style): readonly string[] {
  if (writes.length === 0) return [];
  return [
    `${style.bold('unknown')} (${writes.length}: sent when the run stopped, and not answered)`,
    ...writes.map(({ verb, object }) => `    ${verb} ${oneLine(nameOf(object))}: ${lookCommand(object)}`),
  ];
}

function nameOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

// With the group, since two groups may have a kind of one name.
function lookCommand({ apiVersion, kind, namespace, name }: ObjectReference): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  const type = group === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  return `kubectl get ${type} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}`;
}
