import type { Clock } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../cluster/api-failure.js';
import type { Cluster, Resource } from '../cluster/cluster.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel, deploymentSelector, labelValue, namespaceLabel } from '../manifest/labels.js';
import { addSecret } from './redactor.js';
import type { Redactor } from './redactor.js';

/** What a deployment has in the cluster, read with one LIST per kind and namespace however many objects ask. */
export interface LiveObjects {
  /**
   * The live state of an object that carries the deployment's label, read by itself where its kind may not be listed;
   * undefined when there is none, or it cannot be read (see `unread`).
   */
  find(object: KubeObject): Promise<KubeObject | undefined>;
  /** All objects of a kind that carry the deployment's labels, in one namespace or (undefined) everywhere. */
  list(resource: Resource, namespace: string | undefined): Promise<ApiResult<readonly KubeObject[]>>;
  /** Why an object that was asked for could not be read; undefined when all could. */
  unread(): ApiFailure | undefined;
  /** Whoever asks next is told what there is then. */
  forget(): void;
}

/** A task that starts later must see what others have done to its objects meanwhile. */
const freshMs = 10_000;

interface Listed {
  readonly objects: ApiResult<readonly KubeObject[]>;
  readonly byKey: ReadonlyMap<string, KubeObject>;
}

export function createLiveObjects(
  cluster: Cluster,
  clock: Clock,
  owner: { readonly deployment: string; readonly namespace: string; readonly redactor?: Redactor },
): LiveObjects {
  const lists = new Map<string, { readonly atMs: number; readonly listed: Promise<Listed> }>();
  const labelSelector = deploymentSelector(owner.deployment, owner.namespace);
  const ownerLabels = [
    [deploymentLabel, labelValue(owner.deployment)],
    [namespaceLabel, labelValue(owner.namespace)],
  ] as const;
  let failure: ApiFailure | undefined;

  async function ask(resource: Resource, namespace: string | undefined): Promise<Listed> {
    const { apiVersion, kind } = resource;
    const where = { labelSelector, ...(namespace !== undefined && { namespace }) };
    const answer = await cluster.list(resource, where);
    if (!answer.ok) return { objects: answer, byKey: new Map() };
    // Lists leave out apiVersion and kind of their items.
    const objects = answer.value.map((each) => ({ ...each, apiVersion, kind }));
    // Pods that run may still have, and tell, what this run is about to replace.
    if (owner.redactor !== undefined) for (const each of objects) addSecret(each, owner.redactor);
    const byKey = new Map(objects.map((each) => [keyOf(referenceOf(each)), each] as const));
    return { objects: { ok: true, value: objects }, byKey };
  }

  function listed(resource: Resource, namespace: string | undefined): Promise<Listed> {
    const key = [resource.apiVersion, resource.kind, namespace ?? ''].join('|');
    const known = lists.get(key);
    const fresh = known !== undefined && clock.now() - known.atMs < freshMs;
    const current = fresh ? known : { atMs: clock.now(), listed: ask(resource, namespace) };
    lists.set(key, current);
    return current.listed;
  }

  async function findAlone(object: KubeObject): Promise<KubeObject | undefined> {
    const found = await cluster.get(referenceOf(object));
    if (!found.ok) failure ??= found.failure;
    if (!found.ok || found.value === undefined) return undefined;
    const labels = found.value.metadata.labels ?? {};
    const isOurs = ownerLabels.every(([label, value]) => labels[label] === value);
    if (!isOurs) return undefined;
    if (owner.redactor !== undefined) addSecret(found.value, owner.redactor);
    return found.value;
  }

  return {
    async find(object) {
      const resource = await cluster.resource(object.apiVersion, object.kind);
      if (!resource.ok || resource.value === undefined) return undefined;
      const { objects, byKey } = await listed(resource.value, object.metadata.namespace);
      return objects.ok ? byKey.get(keyOf(referenceOf(object))) : await findAlone(object);
    },
    unread: () => failure,
    list: async (resource, namespace) => (await listed(resource, namespace)).objects,
    forget: () => {
      lists.clear();
    },
  };
}
