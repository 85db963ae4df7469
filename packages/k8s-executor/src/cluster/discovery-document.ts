import type { Resource } from './cluster.js';
import { isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';

/** Kinds by `<apiVersion> <kind>`, and the group versions whose own server is down, so that they are not told. */
export interface DiscoveredResources {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly stale: ReadonlySet<string>;
}

/** The key of a kind in `DiscoveredResources.resources`. */
export function resourceKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

/** Reads an APIGroupDiscoveryList (v2 or v2beta1, which say the same here); undefined for any other document. */
export function readAggregatedDiscovery(document: Json): DiscoveredResources | undefined {
  if (!isJsonObject(document) || document['kind'] !== 'APIGroupDiscoveryList') return undefined;
  const versions = objectsIn(document, 'items').flatMap((group) => {
    const name = isJsonObject(group['metadata']) ? textIn(group['metadata'], 'name') : '';
    return objectsIn(group, 'versions').map((version) => ({
      version,
      apiVersion: name === '' ? textIn(version, 'version') : `${name}/${textIn(version, 'version')}`,
    }));
  });
  const resources = versions.flatMap(({ version, apiVersion }) =>
    objectsIn(version, 'resources').map((resource) => aggregatedResource(resource, apiVersion)),
  );
  return {
    resources: indexResources(resources),
    stale: new Set(
      versions.filter(({ version }) => version['freshness'] === 'Stale').map((v) => v.apiVersion),
    ),
  };
}

/** Reads the APIGroupList of a server without aggregated discovery: all group versions. */
export function readGroupVersions(document: Json): readonly string[] {
  const groups = isJsonObject(document) ? objectsIn(document, 'groups') : [];
  return groups.flatMap((group) =>
    objectsIn(group, 'versions').map((version) => textIn(version, 'groupVersion')),
  );
}

/** Reads the APIResourceList of one group version, without the subresources in it. */
export function readResourceList(document: Json, apiVersion: string): ReadonlyMap<string, Resource> {
  const resources = isJsonObject(document) ? objectsIn(document, 'resources') : [];
  const names = new Set(resources.map((resource) => textIn(resource, 'name')));
  return indexResources(
    resources
      .filter((resource) => !textIn(resource, 'name').includes('/'))
      .map((resource) => ({
        apiVersion,
        kind: textIn(resource, 'kind'),
        plural: textIn(resource, 'name'),
        namespaced: resource['namespaced'] === true,
        verbs: textsIn(resource, 'verbs'),
        hasStatus: names.has(`${textIn(resource, 'name')}/status`),
      })),
  );
}

function aggregatedResource(resource: JsonObject, apiVersion: string): Resource {
  const kind = isJsonObject(resource['responseKind']) ? textIn(resource['responseKind'], 'kind') : '';
  return {
    apiVersion,
    kind,
    plural: textIn(resource, 'resource'),
    namespaced: resource['scope'] === 'Namespaced',
    verbs: textsIn(resource, 'verbs'),
    hasStatus: objectsIn(resource, 'subresources').some((each) => textIn(each, 'subresource') === 'status'),
  };
}

function indexResources(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  const index = new Map<string, Resource>();
  for (const resource of resources) {
    const key = resourceKey(resource.apiVersion, resource.kind);
    // A kind may be served under two names; the first is the one kubectl takes.
    if (resource.plural !== '' && !index.has(key)) index.set(key, resource);
  }
  return index;
}

function objectsIn(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

function textsIn(object: JsonObject, key: string): readonly string[] {
  const value = object[key];
  return Array.isArray(value)
    ? (value as readonly Json[]).filter((item): item is string => typeof item === 'string')
    : [];
}

function textIn(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}
