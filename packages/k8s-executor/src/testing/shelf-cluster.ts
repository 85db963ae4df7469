import type { ObjectReference } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../cluster/api-failure.js';
import type { Cluster, Resource, SharedWatch, WatchEvent, WriteOptions } from '../cluster/cluster.js';
import { isJsonObject, withoutKeys } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Objects in memory with uids and versions: as much of an API server as locks and records need. */
export interface Shelf {
  /** A client of it; `line` breaks it off from the server. */
  connect(line?: Line): Cluster;
  get(reference: ObjectReference): KubeObject | undefined;
  /** Every write that was stored, in order: `patch Lease flotilla-shop`. */
  readonly writes: readonly string[];
}

/** What is wrong with a client's connection. `down`: nothing arrives. `mute`: the answer to the next write is lost. */
export interface Line {
  state: 'up' | 'down' | 'mute';
}

const unreachable: ApiFailure = { kind: 'unreachable', message: 'no connection' };

/** An empty shelf. */
export function createShelf(): Shelf {
  return new MemoryShelf();
}

class MemoryShelf implements Shelf {
  readonly writes: string[] = [];
  readonly listeners = new Set<(event: WatchEvent) => void>();
  readonly #objects = new Map<string, KubeObject>();
  #count = 0;

  connect(line: Line = { state: 'up' }): Cluster {
    return { ...readsOf(this, line), ...writesOf(this, line) };
  }

  get(reference: ObjectReference): KubeObject | undefined {
    return this.#objects.get(keyOf(reference));
  }

  store(verb: string, object: KubeObject): KubeObject {
    this.#count += 1;
    const uid = this.get(referenceOf(object))?.metadata.uid ?? `uid-${String(this.#count)}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#count) };
    const stored = { ...object, metadata };
    this.#objects.set(keyOf(referenceOf(stored)), stored);
    this.#tell(verb, { type: 'changed', object: stored });
    return stored;
  }

  change(verb: string, reference: ObjectReference, next: KubeObject): ApiResult<KubeObject> {
    const before = this.get(reference);
    if (before === undefined) return refuse(404, 'not found');
    return isVersion(before, next.metadata)
      ? { ok: true, value: this.store(verb, next) }
      : refuse(409, 'the object has been modified');
  }

  remove(reference: ObjectReference, precondition: Version): ApiResult<boolean> {
    const before = this.get(reference);
    if (before === undefined) return { ok: true, value: false };
    if (!isVersion(before, precondition)) return refuse(409, 'the object has been modified');
    this.#objects.delete(keyOf(reference));
    this.#tell('delete', { type: 'deleted', object: before });
    return { ok: true, value: true };
  }

  #tell(verb: string, event: Exclude<WatchEvent, { type: 'synced' }>): void {
    this.writes.push(`${verb} ${event.object.kind} ${event.object.metadata.name}`);
    for (const listener of this.listeners) listener(event);
  }
}

type Writes = 'apply' | 'create' | 'replace' | 'patch' | 'delete';

function writesOf(shelf: MemoryShelf, line: Line): Pick<Cluster, Writes> {
  const send = <Value>(options: WriteOptions | undefined, act: () => ApiResult<Value>) =>
    Promise.resolve(sendOver(line, options, act));
  return {
    apply: (object, options) =>
      send(options, () => ({ ok: true, value: { object: shelf.store('apply', object), warnings: [] } })),
    create: (object, options) =>
      send(options, () =>
        shelf.get(referenceOf(object)) === undefined
          ? { ok: true, value: shelf.store('create', object) }
          : refuse(409, 'already exists'),
      ),
    replace: (object, options) => send(options, () => shelf.change('replace', referenceOf(object), object)),
    patch: (reference, patch, options) =>
      send(options, () =>
        shelf.change('patch', reference, merge(shelf.get(reference) ?? {}, patch) as KubeObject),
      ),
    delete: (reference, options) => send(options, () => shelf.remove(reference, options ?? {})),
  };
}

function sendOver<Value>(
  line: Line,
  options: WriteOptions | undefined,
  act: () => ApiResult<Value>,
): ApiResult<Value> {
  const mayNot = options?.signal?.aborted === true || options?.permit?.holds() === false;
  if (mayNot) return { ok: false, failure: { kind: 'aborted' } };
  if (line.state === 'down') return { ok: false, failure: unreachable };
  const result = act();
  if (line.state === 'up') return result;
  line.state = 'up';
  return { ok: false, failure: unreachable };
}

function readsOf(shelf: MemoryShelf, line: Line): Omit<Cluster, Writes> {
  const unused = (): never => {
    throw new Error('Bug: a shelf only holds objects.');
  };
  return {
    server: 'https://shelf',
    context: 'shelf',
    defaultNamespace: 'default',
    resource: (apiVersion, kind) => Promise.resolve({ ok: true, value: resourceOf(apiVersion, kind) }),
    resources: unused,
    forgetResources: unused,
    list: unused,
    logs: unused,
    close: () => undefined,
    get: (reference) =>
      Promise.resolve(
        line.state === 'down'
          ? { ok: false, failure: unreachable }
          : { ok: true, value: shelf.get(reference) },
      ),
    watch: (): SharedWatch => ({
      get: unused,
      list: unused,
      ownedBy: unused,
      synced: Promise.resolve(),
      subscribe: (listener) => {
        const hear = (event: WatchEvent) => {
          if (line.state === 'up') listener(event);
        };
        shelf.listeners.add(hear);
        return () => shelf.listeners.delete(hear);
      },
    }),
  };
}

interface Version {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** A version that leaves something out fits whatever it is. */
function isVersion({ metadata }: KubeObject, { uid, resourceVersion }: Version): boolean {
  return (
    (uid === undefined || uid === metadata.uid) &&
    (resourceVersion === undefined || resourceVersion === metadata.resourceVersion)
  );
}

function refuse(code: number, message: string): { readonly ok: false; readonly failure: ApiFailure } {
  return { ok: false, failure: { kind: 'status', code, reason: '', message, causes: [] } };
}

function resourceOf(apiVersion: string, kind: string): Resource {
  return { apiVersion, kind, plural: `${kind.toLowerCase()}s`, namespaced: true, verbs: [] };
}

/** JSON merge patch (RFC 7386). */
function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    merged[key] = isJsonObject(value) ? merge(isJsonObject(before) ? before : {}, value) : value;
  }
  const dropped = Object.keys(patch).filter((key) => patch[key] === null);
  return withoutKeys(merged, dropped);
}
