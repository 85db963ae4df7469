import type { ObjectReference, UnansweredWrite } from '@flotilla/core';
import type { ApiResult } from '../../cluster/api-failure.js';
import type { Applied, Cluster, WriteOptions } from '../../cluster/cluster.js';
import { keyOf, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { HeldLock } from './held-lock.js';

/** A cluster that is written to only while a lock is held. */
export interface GuardedCluster {
  readonly cluster: Cluster;
  /** From now on writes have the permits of this lock. Before it, a write is our own bug. */
  useLock(lock: Pick<HeldLock, 'permit'>): void;
  /** The writes that had been sent when they were stopped and that nobody answered, nor a later one of the same object. */
  readonly unanswered: () => readonly UnansweredWrite[];
}

interface Write<Value> {
  readonly verb: UnansweredWrite['verb'];
  readonly object: ObjectReference;
  readonly signal: AbortSignal | undefined;
  /** Doing it twice is as good as once. */
  readonly repeatable: boolean;
  readonly send: (options: Pick<WriteOptions, 'permit'>) => Promise<ApiResult<Value>>;
}

/**
 * The one place at which a run's writes are bound to its lock: each needs the lock's permit and is broken off when that
 * ends. While the lease cannot be renewed writes wait; when it is lost they fail as aborted. Reads and dry runs pass.
 */
export function guardWrites(cluster: Cluster): GuardedCluster {
  let lock: Pick<HeldLock, 'permit'> | undefined;
  const unknown = new Map<string, UnansweredWrite>();

  function note(result: ApiResult<unknown>, { verb, object }: Pick<Write<unknown>, 'verb' | 'object'>): void {
    const isUnanswered =
      !result.ok && result.failure.kind === 'aborted' && result.failure.unanswered === true;
    if (isUnanswered) unknown.set(keyOf(object), { verb, object });
    else if (result.ok || result.failure.kind === 'status') unknown.delete(keyOf(object));
  }

  async function write<Value>(asked: Write<Value>): Promise<ApiResult<Value>> {
    if (lock === undefined) throw new Error(`Bug: ${asked.verb} of ${asked.object.name} before the lock.`);
    for (;;) {
      const permit = await lock.permit(asked.signal);
      if (permit === undefined) return { ok: false, failure: { kind: 'aborted' } };
      const result = await asked.send({ permit });
      note(result, asked);
      const wasBrokenOff = !result.ok && result.failure.kind === 'aborted' && !permit.holds();
      const mayRepeat = asked.repeatable || (wasBrokenOff && result.failure.unanswered !== true);
      if (!wasBrokenOff || !mayRepeat) return result;
    }
  }

  return {
    cluster: { ...readsOf(cluster), ...writesOf(cluster, write) },
    useLock: (held) => {
      lock = held;
    },
    unanswered: () => [...unknown.values()],
  };
}

type Writes = 'apply' | 'create' | 'replace' | 'patch' | 'delete';

type WriteWithPermit = <Value>(asked: Write<Value>) => Promise<ApiResult<Value>>;

function writesOf(cluster: Cluster, write: WriteWithPermit): Pick<Cluster, Writes> {
  const once = { repeatable: false };
  const again = { repeatable: true };
  return {
    apply(object, options = {}) {
      if (options.dryRun === true) return cluster.apply(object, options);
      const send: Write<Applied>['send'] = (permit) => cluster.apply(object, { ...options, ...permit });
      return write({ verb: 'apply', object: referenceOf(object), signal: options.signal, ...again, send });
    },
    create(object, options = {}) {
      // A review is a question in the form of an object: nothing is stored.
      if (object.apiVersion.startsWith('authorization.k8s.io/')) return cluster.create(object, options);
      const send: Write<KubeObject>['send'] = (permit) => cluster.create(object, { ...options, ...permit });
      return write({ verb: 'create', object: referenceOf(object), signal: options.signal, ...once, send });
    },
    replace(object, options = {}) {
      const send: Write<KubeObject>['send'] = (permit) => cluster.replace(object, { ...options, ...permit });
      return write({ verb: 'replace', object: referenceOf(object), signal: options.signal, ...once, send });
    },
    patch(object, patch, options = {}) {
      const send: Write<KubeObject>['send'] = (permit) =>
        cluster.patch(object, patch, { ...options, ...permit });
      return write({ verb: 'patch', object, signal: options.signal, ...once, send });
    },
    delete(object, options = {}) {
      const send: Write<boolean>['send'] = (permit) => cluster.delete(object, { ...options, ...permit });
      return write({ verb: 'delete', object, signal: options.signal, ...again, send });
    },
  };
}

function readsOf(cluster: Cluster): Omit<Cluster, Writes> {
  return {
    server: cluster.server,
    context: cluster.context,
    defaultNamespace: cluster.defaultNamespace,
    resource: (apiVersion, kind) => cluster.resource(apiVersion, kind),
    resources: () => cluster.resources(),
    forgetResources: () => {
      cluster.forgetResources();
    },
    get: (reference, signal) => cluster.get(reference, signal),
    list: (resource, where) => cluster.list(resource, where),
    watch: (resource, namespace) => cluster.watch(resource, namespace),
    logs: (request) => cluster.logs(request),
    close: () => {
      cluster.close();
    },
  };
}
