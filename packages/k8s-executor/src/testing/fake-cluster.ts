import { listOf } from '../cluster/json.js';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { Cluster, SharedWatch, WatchEvent } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** A cluster in memory, and the hands of its controllers. */
export interface FakeCluster {
  readonly cluster: Cluster;
  /** What a controller writes: stored as it is, and told to all watches. */
  put(object: KubeObject): KubeObject;
  /** The kinds of all that was applied, in order. */
  readonly writes: readonly string[];
  /** Those who watch. */
  readonly listeners: ReadonlySet<unknown>;
}

/**
 * Holds what is applied, counts writes, and tells changes; controllers are played by the test. `podsSynced`: when the
 * watch of pods has told what there is, default at once. `refuse`: why an apply is not taken.
 */
export function createFakeCluster({
  podsSynced = Promise.resolve(),
  refuse = () => undefined,
}: {
  readonly podsSynced?: Promise<void>;
  readonly refuse?: () => ApiFailure | undefined;
} = {}): FakeCluster {
  const objects = new Map<string, KubeObject>();
  const listeners = new Set<(event: WatchEvent) => void>();
  const writes: string[] = [];
  const resourceOf = (apiVersion: string, kind: string) => ({
    apiVersion,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: true,
    hasStatus: true,
    verbs: ['list', 'watch', 'delete'],
  });
  const ofKind = (kind: string) => [...objects.values()].filter((object) => object.kind === kind);
  function put(object: KubeObject): KubeObject {
    objects.set(keyOf(referenceOf(object)), object);
    for (const listener of [...listeners]) listener({ type: 'changed', object });
    return object;
  }
  const cluster = {
    resource: (apiVersion: string, kind: string) =>
      Promise.resolve({ ok: true, value: resourceOf(apiVersion, kind) }),
    forgetResources: () => undefined,
    apply(object: KubeObject) {
      writes.push(object.kind);
      const failure = refuse();
      if (failure !== undefined) return Promise.resolve({ ok: false, failure });
      const owned = { 'f:metadata': {}, 'f:spec': {} };
      const managedFields = [{ manager: 'flotilla', operation: 'Apply', fieldsV1: owned }];
      const metadata = {
        ...object.metadata,
        uid: `uid-${object.metadata.name}`,
        generation: 1,
        managedFields,
      };
      return Promise.resolve({ ok: true, value: { object: put({ ...object, metadata }), warnings: [] } });
    },
    get: (reference: Parameters<typeof keyOf>[0]) =>
      Promise.resolve({ ok: true, value: objects.get(keyOf(reference)) }),
    list: (resource: { kind: string }) => Promise.resolve({ ok: true, value: ofKind(resource.kind) }),
    watch: (resource: { kind: string }): SharedWatch => ({
      get: (name) => ofKind(resource.kind).find((object) => object.metadata.name === name),
      list: () => ofKind(resource.kind),
      ownedBy: (uid) =>
        ofKind(resource.kind).filter((object) =>
          listOf(object.metadata, 'ownerReferences').some((reference) => reference['uid'] === uid),
        ),
      synced: resource.kind === 'Pod' ? podsSynced : Promise.resolve(),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    logs: () => Promise.resolve({ ok: false, failure: { kind: 'aborted' } }),
  } as unknown as Cluster;
  return { cluster, put, writes, listeners };
}
