import type { WatchEvent } from './cluster.js';
import type { KubeObject } from './kube-object.js';

/** What a watch knows, and who wants to hear of it. Tells a change only once, however often the server repeats it. */
export class WatchedObjects {
  readonly synced: Promise<void>;
  readonly #nameOf: (object: KubeObject) => string;
  readonly #objects = new Map<string, KubeObject>();
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
    this.#objects.set(name, object);
    this.#tell({ type: 'changed', object });
  }

  remove(object: KubeObject): void {
    const name = this.#nameOf(object);
    this.#retold?.delete(name);
    if (this.#objects.delete(name)) this.#tell({ type: 'deleted', object });
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
      this.#objects.delete(name);
      this.#tell({ type: 'deleted', object });
    }
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.#tell({ type: 'synced' });
    this.#resolveSynced();
  }

  #tell(event: WatchEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
