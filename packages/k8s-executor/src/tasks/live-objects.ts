import type { Clock } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentSelector } from '../manifest/labels.js';

/** What a deployment has in the cluster, read with one LIST per kind and namespace however many objects ask. */
export interface LiveObjects {
  /** The live state of an object that carries the deployment's label; undefined when there is none, or it cannot be read. */
  find(object: KubeObject): Promise<KubeObject | undefined>;
}

/** A task that starts later must see what others have done to its objects meanwhile. */
const freshMs = 10_000;

export function createLiveObjects(
  cluster: Cluster,
  clock: Clock,
  owner: { readonly deployment: string; readonly namespace: string },
): LiveObjects {
  const lists = new Map<
    string,
    { readonly atMs: number; readonly objects: Promise<ReadonlyMap<string, KubeObject>> }
  >();

  async function list(object: KubeObject): Promise<ReadonlyMap<string, KubeObject>> {
    const resource = await cluster.resource(object.apiVersion, object.kind);
    if (!resource.ok || resource.value === undefined) return new Map();
    const { namespace } = object.metadata;
    const listed = await cluster.list(resource.value, {
      labelSelector: deploymentSelector(owner.deployment, owner.namespace),
      ...(namespace !== undefined && { namespace }),
    });
    const objects = listed.ok ? listed.value : [];
    // Lists leave out apiVersion and kind of their items.
    return new Map(
      objects.map((each) => {
        const whole = { ...each, apiVersion: object.apiVersion, kind: object.kind };
        return [keyOf(referenceOf(whole)), whole] as const;
      }),
    );
  }

  return {
    async find(object) {
      const { apiVersion, kind, metadata } = object;
      const key = [apiVersion, kind, metadata.namespace ?? ''].join('|');
      const known = lists.get(key);
      const fresh = known !== undefined && clock.now() - known.atMs < freshMs;
      const current = fresh ? known : { atMs: clock.now(), objects: list(object) };
      lists.set(key, current);
      return (await current.objects).get(keyOf(referenceOf(object)));
    },
  };
}
