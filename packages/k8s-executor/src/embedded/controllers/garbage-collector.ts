import { textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject, ObjectMeta } from '../../cluster/kube-object.js';
import { finalizersOf } from '../store/object-lifecycle.js';
import { ownersOf } from '../store/object-store.js';
import type { StoreEvent } from '../store/object-store.js';
import type { ServedKind } from '../store/served-kind.js';
import type { World } from './world.js';

/** Deletes what belongs to an object that has gone. */
export function collectOrphans(world: World, { object }: StoreEvent): void {
  const uid = object.metadata.uid ?? '';
  for (const { kind, object: child } of world.store.childrenOf(uid)) {
    const others = ownersOf(child).filter((owner) => owner['uid'] !== uid);
    if (others.length > 0) world.lifecycle.change(kind, child, (live) => withOwners(live, others));
    else world.lifecycle.delete(kind, child, { propagation: 'Background' });
  }
}

/** Deletes what names owners of which none is there, and takes those out that are not. An owner of an unknown kind counts as there. */
export function collectUnowned(world: World, kind: ServedKind, object: KubeObject): void {
  const owners = ownersOf(object);
  const present = owners.filter((owner) => isThere(world, owner, object.metadata.namespace));
  if (present.length === owners.length || object.metadata.deletionTimestamp !== undefined) return;
  if (present.length > 0) world.lifecycle.change(kind, object, (live) => withOwners(live, present));
  else world.lifecycle.delete(kind, object, { propagation: 'Background' });
}

function isThere({ kinds, store }: World, owner: JsonObject, namespace: string | undefined): boolean {
  const kind = kinds.byName(textOf(owner, 'apiVersion'), textOf(owner, 'kind'));
  if (kind === undefined) return true;
  const live = store.get(kind, kind.namespaced ? namespace : undefined, textOf(owner, 'name'));
  return live !== undefined && live.metadata.uid === owner['uid'];
}

/** Carries out the finalizers by which a deletion says what becomes of dependents. */
export function finishDeletion(world: World, kind: ServedKind, object: KubeObject): void {
  if (object.metadata.deletionTimestamp === undefined) return;
  const uid = object.metadata.uid ?? '';
  const finalizers = finalizersOf(object.metadata);
  const children = world.store.childrenOf(uid);
  if (finalizers.includes('orphan')) {
    for (const child of children) {
      const others = ownersOf(child.object).filter((owner) => owner['uid'] !== uid);
      world.lifecycle.change(child.kind, child.object, (live) => withOwners(live, others));
    }
    world.lifecycle.change(kind, object, (live) => withoutFinalizer(live, 'orphan'));
  } else if (finalizers.includes('foregroundDeletion')) {
    for (const child of children) {
      if (child.object.metadata.deletionTimestamp === undefined) {
        world.lifecycle.delete(child.kind, child.object, { propagation: 'Foreground' });
      }
    }
    if (world.store.childrenOf(uid).length === 0) {
      world.lifecycle.change(kind, object, (live) => withoutFinalizer(live, 'foregroundDeletion'));
    }
  }
}

function withOwners(object: KubeObject, owners: readonly JsonObject[]): KubeObject {
  return { ...object, metadata: withKey(object.metadata, 'ownerReferences', owners) };
}

function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const left = finalizersOf(object.metadata).filter((each) => each !== finalizer);
  return { ...object, metadata: withKey(object.metadata, 'finalizers', left) };
}

function withKey(metadata: ObjectMeta, key: string, list: readonly (JsonObject | string)[]): ObjectMeta {
  const entries = Object.entries(metadata).filter(([name]) => name !== key);
  return { ...Object.fromEntries(entries), name: metadata.name, ...(list.length > 0 && { [key]: list }) };
}
