import type { KubeObject } from '../../cluster/kube-object.js';
import type { ClusterTime } from '../store/cluster-time.js';
import type { KindRegistry } from '../store/kind-registry.js';
import type { ObjectLifecycle } from '../store/object-lifecycle.js';
import type { ObjectStore } from '../store/object-store.js';

export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** E.g. `kubelet`. */
  readonly component: string;
  /** The container it is about. */
  readonly container?: string;
}

/** Writes Event objects; the same event again counts up the one that is there. */
export class EventRecorder {
  readonly #store: ObjectStore;
  readonly #lifecycle: ObjectLifecycle;
  readonly #time: ClusterTime;
  readonly #kinds: KindRegistry;

  constructor(parts: {
    readonly store: ObjectStore;
    readonly lifecycle: ObjectLifecycle;
    readonly time: ClusterTime;
    readonly kinds: KindRegistry;
  }) {
    this.#store = parts.store;
    this.#lifecycle = parts.lifecycle;
    this.#time = parts.time;
    this.#kinds = parts.kinds;
  }

  record(object: KubeObject, event: RecordedEvent): void {
    const kind = this.#kinds.builtIn('events');
    const namespace = object.metadata.namespace ?? 'default';
    const name = `${object.metadata.name}.${hashText(`${object.metadata.uid ?? ''}${event.reason}${event.message}`)}`;
    const now = this.#time.timestamp();
    const known = this.#store.get(kind, namespace, name);
    if (known !== undefined) {
      const count = typeof known['count'] === 'number' ? known['count'] + 1 : 2;
      this.#lifecycle.update(kind, known, { ...known, count, lastTimestamp: now });
      return;
    }
    this.#lifecycle.create(kind, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        namespace,
        uid: object.metadata.uid,
        resourceVersion: object.metadata.resourceVersion,
        ...(event.container !== undefined && { fieldPath: `spec.containers{${event.container}}` }),
      },
      type: event.type,
      reason: event.reason,
      message: event.message,
      source: { component: event.component },
      reportingComponent: event.component,
      reportingInstance: '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }
}

/** A short name for a text, the same for the same text: 10 letters and digits (FNV-1a, twice). */
export function hashText(text: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const letters = [0x811c9dc5, 0x01000193].map((seed) => {
    let hash = seed;
    for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return Array.from({ length: 5 }, (_, place) => alphabet[Math.floor(hash / 27 ** place) % 27] ?? '').join(
      '',
    );
  });
  return letters.join('');
}
