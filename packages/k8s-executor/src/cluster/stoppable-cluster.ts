import type { Cluster } from './cluster.js';

/** What a run reads and writes one object at a time. */
type OneByOne = 'get' | 'apply' | 'create' | 'replace' | 'patch';

/**
 * The same cluster, on which `signal` ends whatever is asked without a signal of its own: a read at once, a write after
 * the time that it gets to be answered.
 */
export function stoppable(
  cluster: Pick<Cluster, OneByOne>,
  signal: AbortSignal | undefined,
): Pick<Cluster, OneByOne> {
  if (signal === undefined) return cluster;
  return {
    get: (reference, own) => cluster.get(reference, own ?? signal),
    apply: (object, options) => cluster.apply(object, { signal, ...options }),
    create: (object, options) => cluster.create(object, { signal, ...options }),
    replace: (object, options) => cluster.replace(object, { signal, ...options }),
    patch: (reference, patch, options) => cluster.patch(reference, patch, { signal, ...options }),
  };
}
