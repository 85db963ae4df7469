import { textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject, ObjectMeta } from '../../cluster/kube-object.js';
import { isEqual } from '../apply/compare.js';
import type { ClusterTime } from './cluster-time.js';
import type { ObjectStore } from './object-store.js';
import type { ServedKind } from './served-kind.js';
import { withoutKeys } from './without-keys.js';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteRequest {
  readonly propagation: Propagation;
  /** Default: what the pod says; 0 removes it at once. */
  readonly graceSeconds?: number;
}

/** Birth, change and death of objects: what the server writes into `metadata` by itself. */
export class ObjectLifecycle {
  readonly #store: ObjectStore;
  readonly #time: ClusterTime;

  constructor(store: ObjectStore, time: ClusterTime) {
    this.#store = store;
    this.#time = time;
  }

  /** A new object as the server would store it, not yet stored. */
  prepareNew(kind: ServedKind, object: KubeObject): KubeObject {
    const metadata: ObjectMeta = {
      ...object.metadata,
      uid: this.#time.newUid(),
      creationTimestamp: this.#time.timestamp(),
      ...(kind.hasGeneration && { generation: 1 }),
    };
    return { ...object, metadata };
  }

  create(kind: ServedKind, object: KubeObject): KubeObject {
    return this.#store.put(kind, this.prepareNew(kind, object));
  }

  /** The next state of an object as the server would store it: what only the server writes stays. */
  prepareNext(kind: ServedKind, before: KubeObject, next: KubeObject): KubeObject {
    const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } =
      before.metadata;
    const hasChanged = kind.hasGeneration && !isEqual(specOf(before), specOf(next));
    const metadata = withoutUndefined({
      ...next.metadata,
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      resourceVersion: before.metadata.resourceVersion,
      generation: hasChanged ? (generation ?? 0) + 1 : generation,
    });
    return { ...next, metadata: metadata as ObjectMeta };
  }

  /** Stores the next state. Nothing happens when it is the same; an object on its way out without finalizers goes. */
  update(kind: ServedKind, before: KubeObject, next: KubeObject): KubeObject {
    const prepared = this.prepareNext(kind, before, next);
    if (isEqual(prepared, before)) return before;
    const isLeaving = prepared.metadata.deletionTimestamp !== undefined && !holdsOn(prepared);
    const isPodStopping = kind.kind === 'Pod' && prepared.metadata['deletionGracePeriodSeconds'] !== 0;
    if (isLeaving && !isPodStopping) return this.#store.remove(kind, prepared);
    return this.#store.put(kind, prepared);
  }

  /** Stores what `change` makes of the newest state; undefined when the object is gone. */
  change(
    kind: ServedKind,
    object: KubeObject,
    change: (live: KubeObject) => KubeObject,
  ): KubeObject | undefined {
    const live = this.#store.get(kind, object.metadata.namespace, object.metadata.name);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return undefined;
    return this.update(kind, live, change(live));
  }

  /** Writes the status of the newest state of an object. */
  changeStatus(kind: ServedKind, object: KubeObject, status: JsonObject): KubeObject | undefined {
    return this.change(kind, object, (live) => ({ ...live, status }));
  }

  /** Begins the end of an object, or ends it at once when nothing holds it. */
  delete(kind: ServedKind, object: KubeObject, request: DeleteRequest): KubeObject {
    const finalizers = propagationFinalizers(object, request.propagation);
    const graceSeconds = kind.kind === 'Pod' ? (request.graceSeconds ?? podGrace(object)) : 0;
    const marked: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        ...(finalizers.length > 0 && { finalizers }),
        deletionTimestamp: object.metadata.deletionTimestamp ?? this.#time.timestamp(),
        deletionGracePeriodSeconds: graceSeconds,
        ...(kind.hasGeneration &&
          object.metadata.deletionTimestamp === undefined && {
            generation: (object.metadata.generation ?? 0) + 1,
          }),
      },
    };
    if (holdsOn(marked) || graceSeconds > 0)
      return isEqual(marked, object) ? object : this.#store.put(kind, marked);
    return this.#store.remove(kind, object);
  }
}

/** Whether something keeps an object that is on its way out. */
function holdsOn(object: KubeObject): boolean {
  const isNamespace = object.kind === 'Namespace' && object.apiVersion === 'v1';
  return (
    finalizersOf(object.metadata).length > 0 || (isNamespace && finalizersOf(part(object, 'spec')).length > 0)
  );
}

export function finalizersOf(holder: JsonObject): readonly string[] {
  const list = holder['finalizers'];
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
}

function propagationFinalizers(object: KubeObject, propagation: Propagation): readonly string[] {
  const kept = finalizersOf(object.metadata);
  const added = { Background: undefined, Foreground: 'foregroundDeletion', Orphan: 'orphan' }[propagation];
  return added === undefined || kept.includes(added) ? kept : [...kept, added];
}

/** A pod that runs nowhere needs no time to stop. */
function podGrace(pod: KubeObject): number {
  const spec = part(pod, 'spec');
  const phase = textOf(part(pod, 'status'), 'phase');
  if (textOf(spec, 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const said = spec['terminationGracePeriodSeconds'];
  return typeof said === 'number' ? said : 30;
}

/** All but what is counted apart from the spec. */
function specOf(object: KubeObject): Json {
  return withoutKeys(object, 'metadata', 'status');
}

function withoutUndefined(mapping: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
}
