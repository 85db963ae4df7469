import type { Json, JsonObject } from '../../cluster/json.js';
import type { KindRegistry } from '../store/kind-registry.js';
import { apiVersionOf } from '../store/served-kind.js';
import type { ServedKind } from '../store/served-kind.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Answers the paths by which clients learn what is served; undefined for any other path. */
export function answerDiscovery(path: string, accept: string, kinds: KindRegistry): Answer | undefined {
  const all = kinds.all();
  const wantsAggregated = accept.includes('as=APIGroupDiscoveryList');
  if (path === '/api') return wantsAggregated ? aggregated(all.filter(isCore)) : json(legacyVersions());
  if (path === '/apis')
    return wantsAggregated ? aggregated(all.filter((kind) => !isCore(kind))) : json(groupList(all));
  const served = /^\/(?:api|apis)\/(.+)$/.exec(path)?.[1];
  if (served === undefined) return undefined;
  const ofVersion = all.filter((kind) => apiVersionOf(kind) === served);
  if (ofVersion.length > 0) return json(resourceList(served, ofVersion));
  const ofGroup = all.filter((kind) => kind.group === served);
  return ofGroup.length === 0
    ? undefined
    : json({ kind: 'APIGroup', apiVersion: 'v1', ...group(served, ofGroup) });
}

function isCore({ group: name }: ServedKind): boolean {
  return name === '';
}

function legacyVersions(): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

function groupNames(kinds: readonly ServedKind[]): readonly string[] {
  return [...new Set(kinds.filter((kind) => !isCore(kind)).map((kind) => kind.group))];
}

function groupList(kinds: readonly ServedKind[]): JsonObject {
  const groups = groupNames(kinds).map((name) =>
    group(
      name,
      kinds.filter((kind) => kind.group === name),
    ),
  );
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function group(name: string, kinds: readonly ServedKind[]): JsonObject {
  const versions = [...new Set(kinds.map((kind) => kind.version))].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(groupVersion: string, kinds: readonly ServedKind[]): JsonObject {
  const resources = kinds.flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.kind.toLowerCase(),
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
      ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
      categories: categoriesOf(kind),
    },
    ...subresourcesOf(kind).map((name) => ({
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      kind: name === 'scale' ? 'Scale' : kind.kind,
      verbs: name === 'log' ? ['get'] : ['get', 'patch', 'update'],
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function subresourcesOf(kind: ServedKind): readonly string[] {
  return [
    ...(kind.hasStatus ? ['status'] : []),
    ...(kind.hasScale ? ['scale'] : []),
    ...(kind.kind === 'Pod' ? ['log'] : []),
  ];
}

const inAll = [
  'Pod',
  'Service',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
];

function categoriesOf({ kind }: ServedKind): Json {
  return inAll.includes(kind) ? ['all'] : [];
}

function aggregated(kinds: readonly ServedKind[]): Answer {
  const names = [...new Set(kinds.map((kind) => kind.group))];
  const items = names.map((name) => {
    const ofGroup = kinds.filter((kind) => kind.group === name);
    const versions = [...new Set(ofGroup.map((kind) => kind.version))];
    return {
      metadata: { name, creationTimestamp: null },
      versions: versions.map((version) => ({
        version,
        freshness: 'Current',
        resources: ofGroup.filter((kind) => kind.version === version).map(aggregatedResource),
      })),
    };
  });
  return {
    form: 'json',
    code: 200,
    contentType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    body: { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items },
  };
}

function aggregatedResource(kind: ServedKind): JsonObject {
  const { group: name, version } = kind;
  const responseKind = { group: name, version, kind: kind.kind };
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.kind.toLowerCase(),
    verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    categories: categoriesOf(kind),
    subresources: subresourcesOf(kind).map((subresource) => ({
      subresource,
      responseKind,
      verbs: subresource === 'log' ? ['get'] : ['get', 'patch', 'update'],
    })),
  };
}
