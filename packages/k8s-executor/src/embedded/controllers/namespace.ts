import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { World } from './world.js';

/** Furnishes a namespace, or empties it when it is to go. */
export function reconcileNamespace(world: World, namespace: KubeObject): void {
  if (namespace.metadata.deletionTimestamp === undefined) furnish(world, namespace.metadata.name);
  else empty(world, namespace);
}

function furnish(world: World, namespace: string): void {
  const parts: readonly (readonly [string, KubeObject])[] = [
    [
      'serviceaccounts',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
    ],
    [
      'configmaps',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kube-root-ca.crt', namespace },
        data: { 'ca.crt': '' },
      },
    ],
  ];
  for (const [plural, object] of parts) {
    const kind = world.kinds.builtIn(plural);
    if (world.store.get(kind, namespace, object.metadata.name) === undefined)
      world.lifecycle.create(kind, object);
  }
}

function empty(world: World, namespace: KubeObject): void {
  const { name } = namespace.metadata;
  const kind = world.kinds.builtIn('namespaces');
  const left = () =>
    world.kinds
      .all()
      .filter((each) => each.namespaced)
      .flatMap((each) => world.store.list(each, name).map((object) => ({ kind: each, object })));
  for (const each of left()) {
    if (each.object.metadata.deletionTimestamp === undefined) {
      world.lifecycle.delete(each.kind, each.object, { propagation: 'Background' });
    }
  }
  world.lifecycle.change(kind, namespace, (live) => ({
    ...live,
    status: { ...part(live, 'status'), phase: 'Terminating' },
  }));
  if (left().length === 0) world.lifecycle.change(kind, namespace, (live) => ({ ...live, spec: {} }));
}
