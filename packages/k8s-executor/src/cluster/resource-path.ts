import type { Resource } from './cluster.js';

/** `/api/v1` or `/apis/<group>/<version>`. */
export function groupVersionPath(apiVersion: string): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined
    ? `/api/${segment(apiVersion)}`
    : `/apis/${segment(group ?? '')}/${segment(version)}`;
}

/** Where the objects of a kind are listed and watched; without a namespace those of all namespaces. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const place = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${groupVersionPath(resource.apiVersion)}${place}/${segment(resource.plural)}`;
}

/** Where one object is. Throws a Bug when a namespaced kind comes without a namespace: the path would be another one. */
export function objectPath(
  resource: Resource,
  object: { readonly namespace?: string; readonly name: string },
): string {
  if (resource.namespaced && object.namespace === undefined) {
    throw new Error(`Bug: ${resource.kind} ${object.name} was asked for without a namespace`);
  }
  return `${collectionPath(resource, object.namespace)}/${segment(object.name)}`;
}

/** One segment of a path. Capitals stay: RBAC allows them in names. An empty one would address the whole collection. */
export function segment(text: string): string {
  if (text === '') throw new Error('Bug: an API path with an empty segment');
  return /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%2E') : encodeURIComponent(text);
}
