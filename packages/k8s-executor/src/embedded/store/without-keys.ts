import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** A copy of a mapping without these keys. */
export function withoutKeys(mapping: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)));
}

/** A copy of an object without these parts of it, e.g. `status`. */
export function withoutParts(object: KubeObject, ...keys: readonly string[]): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return { ...withoutKeys(object, ...keys), apiVersion, kind, metadata };
}
