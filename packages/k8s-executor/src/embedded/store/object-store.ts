import { listOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { ServedKind } from './served-kind.js';

/** One change of one object. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: ServedKind;
  /** The object after the change; of a deletion its last state, with the deletion's resourceVersion. */
  readonly object: KubeObject;
  readonly previous?: KubeObject;
  readonly revision: number;
}

export type StoreListener = (event: StoreEvent) => void;

const defaultHistoryLength = 2_000;

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  history: StoreEvent[];
  /** Changes up to this revision are forgotten. */
  forgotten: number;
}

/** All objects of the cluster with one counter for all versions, as etcd has it. Knows nothing of their meaning. */
export class ObjectStore {
  readonly #shelves = new Map<string, Shelf>();
  readonly #children = new Map<string, Map<string, { kind: ServedKind; object: KubeObject }>>();
  readonly #listeners = new Set<StoreListener>();
  readonly #historyLength: number;
  #revision = 1;
  #compactedAt = 0;

  /** `historyLength`: changes that a watch may resume behind, per kind; at least half of them at any time. */
  constructor(historyLength = defaultHistoryLength) {
    this.#historyLength = historyLength;
  }

  /** The version of the newest change. */
  get revision(): number {
    return this.#revision;
  }

  get(kind: ServedKind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#shelf(kind).objects.get(keyOf(namespace, name));
  }

  /** In the order of their names, those of all namespaces when none is given. */
  list(kind: ServedKind, namespace?: string): readonly KubeObject[] {
    const all = [...this.#shelf(kind).objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const objects = all.map(([, object]) => object);
    return namespace === undefined
      ? objects
      : objects.filter((object) => object.metadata.namespace === namespace);
  }

  /** The objects that name `uid` as an owner. */
  childrenOf(uid: string): readonly { readonly kind: ServedKind; readonly object: KubeObject }[] {
    return [...(this.#children.get(uid)?.values() ?? [])];
  }

  /** Stores an object under a new version, and tells the listeners. */
  put(kind: ServedKind, object: KubeObject): KubeObject {
    const shelf = this.#shelf(kind);
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = shelf.objects.get(key);
    const stored = this.#nextVersion(object);
    shelf.objects.set(key, stored);
    this.#unlink(previous);
    this.#link(kind, stored);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#tell({ type, kind, object: stored, ...(previous && { previous }), revision: this.#revision });
    return stored;
  }

  /** Forgets an object, and tells the listeners. */
  remove(kind: ServedKind, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = this.#shelf(kind).objects.get(key);
    this.#shelf(kind).objects.delete(key);
    this.#unlink(previous);
    const last = this.#nextVersion(object);
    this.#tell({ type: 'DELETED', kind, object: last, previous: object, revision: this.#revision });
    return last;
  }

  /** The changes of a kind behind `revision`; undefined when some of them are forgotten. */
  changesSince(kind: ServedKind, revision: number): readonly StoreEvent[] | undefined {
    const { history, forgotten } = this.#shelf(kind);
    return revision < forgotten ? undefined : history.filter((event) => event.revision > revision);
  }

  /** Forgets all changes so far, as etcd does by and by: watches can no longer resume behind them. */
  compact(): void {
    this.#compactedAt = this.#revision;
    for (const shelf of this.#shelves.values())
      Object.assign(shelf, { history: [], forgotten: this.#revision });
  }

  /** Calls back on every change from now on; the returned function ends that. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #nextVersion(object: KubeObject): KubeObject {
    this.#revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #tell(event: StoreEvent): void {
    const shelf = this.#shelf(event.kind);
    shelf.history.push(event);
    if (shelf.history.length > this.#historyLength) {
      const dropped = shelf.history.splice(0, Math.ceil(this.#historyLength / 2));
      shelf.forgotten = dropped.at(-1)?.revision ?? 0;
    }
    for (const listener of [...this.#listeners]) listener(event);
  }

  #shelf({ group, plural }: ServedKind): Shelf {
    const key = `${group}/${plural}`;
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const shelf: Shelf = { objects: new Map(), history: [], forgotten: this.#compactedAt };
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #link(kind: ServedKind, object: KubeObject): void {
    for (const owner of ownersOf(object)) {
      const uid = textOf(owner, 'uid');
      const children = this.#children.get(uid) ?? new Map<string, { kind: ServedKind; object: KubeObject }>();
      children.set(object.metadata.uid ?? '', { kind, object });
      this.#children.set(uid, children);
    }
  }

  #unlink(object: KubeObject | undefined): void {
    if (object === undefined) return;
    for (const owner of ownersOf(object)) {
      const children = this.#children.get(textOf(owner, 'uid'));
      children?.delete(object.metadata.uid ?? '');
      if (children?.size === 0) this.#children.delete(textOf(owner, 'uid'));
    }
  }
}

/** `metadata.ownerReferences`. */
export function ownersOf(object: KubeObject): readonly JsonObject[] {
  return listOf(object.metadata, 'ownerReferences');
}

/** The owner that controls the object, if any. */
export function controllerOf(object: KubeObject): JsonObject | undefined {
  return ownersOf(object).find((owner) => owner['controller'] === true);
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
