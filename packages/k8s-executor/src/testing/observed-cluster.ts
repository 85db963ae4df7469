import type { Cluster } from '../cluster/cluster.js';

/** The same cluster; `onRequest` is told of everything that is asked of it, just before. */
export function observed(cluster: Cluster, onRequest: () => void): Cluster {
  const telling =
    <Args extends readonly unknown[], Result>(ask: (...args: Args) => Result) =>
    (...args: Args): Result => {
      onRequest();
      return ask(...args);
    };
  return {
    server: cluster.server,
    context: cluster.context,
    defaultNamespace: cluster.defaultNamespace,
    forgetResources: () => {
      cluster.forgetResources();
    },
    close: () => {
      cluster.close();
    },
    resource: telling((...args) => cluster.resource(...args)),
    resources: telling(() => cluster.resources()),
    get: telling((...args) => cluster.get(...args)),
    list: telling((...args) => cluster.list(...args)),
    watch: telling((...args) => cluster.watch(...args)),
    logs: telling((...args) => cluster.logs(...args)),
    apply: telling((...args) => cluster.apply(...args)),
    create: telling((...args) => cluster.create(...args)),
    replace: telling((...args) => cluster.replace(...args)),
    patch: telling((...args) => cluster.patch(...args)),
    delete: telling((...args) => cluster.delete(...args)),
  };
}
