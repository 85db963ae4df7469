import type { ObjectReference } from '@flotilla/core';
import { isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';

export interface ObjectMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object of Kubernetes, exactly as it was written or as the API server gave it. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: Json;
  readonly status?: Json;
}

/** True for a mapping with apiVersion, kind and metadata.name. */
export function isKubeObject(value: unknown): value is KubeObject {
  if (!isJsonObject(value) || !isJsonObject(value['metadata'])) return false;
  return [value['apiVersion'], value['kind'], value['metadata']['name']].every(
    (part) => typeof part === 'string',
  );
}

/** How an object is named in messages and used as a key. */
export function referenceOf(object: KubeObject): ObjectReference {
  const { name, namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace !== undefined && { namespace }),
  };
}

/** `Deployment shop/api`, `Namespace shop`: how people are told of an object. */
export function printReference(reference: ObjectReference): string {
  const place = reference.namespace === undefined ? '' : `${reference.namespace}/`;
  return `${reference.kind} ${place}${reference.name}`;
}

/** Unique for an object within one cluster, whatever version of its group is used to speak of it. */
export function keyOf(reference: ObjectReference): string {
  const group = reference.apiVersion.includes('/') ? reference.apiVersion.split('/')[0] : '';
  return [group, reference.kind, reference.namespace ?? '', reference.name].join('|');
}

/** The uids that an object names in its ownerReferences. */
export function ownersOf({ metadata: { ownerReferences } }: KubeObject): readonly string[] {
  if (!Array.isArray(ownerReferences)) return [];
  return (ownerReferences as readonly unknown[]).flatMap((owner) =>
    isJsonObject(owner) && typeof owner['uid'] === 'string' ? [owner['uid']] : [],
  );
}

/** `spec` or `status` of an object; empty when there is none. */
export function part(object: KubeObject, name: 'spec' | 'status'): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}
