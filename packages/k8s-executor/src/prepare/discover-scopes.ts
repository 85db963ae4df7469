import type { Cluster } from '../cluster/cluster.js';
import { type VersionsOf } from '../manifest/check-objects.js';
import type { ScopeOf } from '../manifest/kind-scope.js';
import { type UnknownScope } from './unknown-scope.js';

/** Whether the server knows a kind, and the first of which it could not be asked. */
export function discoverScopes(cluster: Cluster): {
  readonly scopeOf: ScopeOf;
  readonly versionsOf: VersionsOf;
  unknown(): UnknownScope | undefined;
} {
  let unknown: UnknownScope | undefined;
  return {
    unknown: () => unknown,
    async versionsOf(kind) {
      const all = await cluster.resources();
      return all.ok ? all.value.filter((each) => each.kind === kind).map(({ apiVersion }) => apiVersion) : [];
    },
    async scopeOf(apiVersion, kind) {
      const found = await cluster.resource(apiVersion, kind);
      if (!found.ok) unknown ??= { apiVersion, kind, failure: found.failure };
      if (!found.ok || found.value === undefined) return undefined;
      return found.value.namespaced ? 'namespaced' : 'cluster';
    },
  };
}
