import { createHash } from 'node:crypto';
import { groupOf } from '../manifest/kind-scope.js';

/** Labels and annotations of an ApplySet (KEP-3659), by which kubectl and other tools know whose an object is. */
export const partOfLabel = 'applyset.kubernetes.io/part-of';
export const parentIdLabel = 'applyset.kubernetes.io/id';
export const toolingAnnotation = 'applyset.kubernetes.io/tooling';
export const kindsAnnotation = 'applyset.kubernetes.io/contains-group-kinds';
export const namespacesAnnotation = 'applyset.kubernetes.io/additional-namespaces';

/** The tool and the version of what it writes, not of the tool: kubectl leaves sets of other tools alone. */
export const tooling = 'flotilla/v1';

/** The name of the tool in a tooling annotation: what stands before the last slash. */
export function toolOf(annotation: string): string {
  const slash = annotation.lastIndexOf('/');
  return slash === -1 ? annotation : annotation.slice(0, slash);
}

/** The id of the set whose parent is this ConfigMap: `applyset-<base64url(sha256(name.namespace.kind.group))>-v1`. */
export function applySetId(parent: { readonly name: string; readonly namespace: string }): string {
  const hash = createHash('sha256').update(`${parent.name}.${parent.namespace}.ConfigMap.`);
  return `applyset-${hash.digest('base64url')}-v1`;
}

/** A kind as `contains-group-kinds` says it: `Deployment.apps`, `ConfigMap`. */
export function groupKindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

/** A list in an annotation: sorted, so that the same set is the same text. */
export function printList(values: Iterable<string>): string {
  return [...values].sort().join(',');
}

export function parseList(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? '').split(',').filter((value) => value !== ''));
}
