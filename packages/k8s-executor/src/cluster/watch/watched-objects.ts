import type { WatchEvent } from '../cluster.js';
import { ownersOf } from '../kube-object.js';
import type { KubeObject } from '../kube-object.js';

/** What a watch knows, and who wants to hear of it. Tells a change only once, however often the server repeats it. */
export class WatchedObjects {
  readonly synced: Promise<void>;
  readonly #nameOf: (object: KubeObject) => string;
  readonly #objects = new Map<string, KubeObject>();
  /** Names by the uid of an owner: thousands of pods are asked for by their owners again and again. */
  readonly #namesByOwner = new Map<string, Set<string>>();
  readonly #listeners = new Set<(event: WatchEvent) => void>();
  #resolveSynced: () => void = () => undefined;
  #isSynced = false;
  /** Names told since the current retelling began; undefined when there is none. */
  #retold: Set<string> | undefined;

  /** `allNamespaces`: objects are known as `namespace/name`. */
  constructor(allNamespaces: boolean) {
    this.#nameOf = ({ metadata }) =>
      allNamespaces && metadata.namespace !== undefined
        ? `${metadata.namespace}/${metadata.name}`
        : metadata.name;
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  get(name: string): KubeObject | undefined {
    return this.#objects.get(name);
  }

  list(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  ownedBy(uid: string): readonly KubeObject[] {
    return [...(this.#namesByOwner.get(uid) ?? [])].flatMap((name) => this.#objects.get(name) ?? []);
  }

  subscribe(listener: (event: WatchEvent) => void): () => void {
    // One entry a subscription, even when the same function subscribes twice.
    const entry = (event: WatchEvent) => {
      listener(event);
    };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  change(object: KubeObject): void {
    const name = this.#nameOf(object);
    this.#retold?.add(name);
    const known = this.#objects.get(name)?.metadata.resourceVersion;
    if (known !== undefined && known === object.metadata.resourceVersion) return;
    this.#store(name, object);
    this.#tell({ type: 'changed', object });
  }

  remove(object: KubeObject): void {
    const name = this.#nameOf(object);
    this.#retold?.delete(name);
    if (this.#objects.has(name)) this.#forget(name, object);
  }

  /** From here to `endRetelling` the server tells all objects anew. */
  beginRetelling(): void {
    this.#retold = new Set();
  }

  /** What was not told anew is gone. */
  endRetelling(): void {
    const retold = this.#retold ?? new Set();
    this.#retold = undefined;
    for (const [name, object] of [...this.#objects]) {
      if (retold.has(name)) continue;
      this.#forget(name, object);
    }
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.#tell({ type: 'synced' });
    this.#resolveSynced();
  }

  #store(name: string, object: KubeObject): void {
    this.#dropOwners(name);
    this.#objects.set(name, object);
    for (const owner of ownersOf(object)) {
      const names = this.#namesByOwner.get(owner) ?? new Set();
      this.#namesByOwner.set(owner, names.add(name));
    }
  }

  #forget(name: string, object: KubeObject): void {
    this.#dropOwners(name);
    this.#objects.delete(name);
    this.#tell({ type: 'deleted', object });
  }

  #dropOwners(name: string): void {
    const known = this.#objects.get(name);
    if (known === undefined) return;
    for (const owner of ownersOf(known)) {
      const names = this.#namesByOwner.get(owner);
      names?.delete(name);
      if (names?.size === 0) this.#namesByOwner.delete(owner);
    }
  }

  #tell(event: WatchEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
