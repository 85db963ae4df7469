import { createHash } from 'node:crypto';
import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';

/** `sha256:…` over a value; the order of keys does not matter. */
export function digestOf(value: Json): string {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`;
}

/** The object with the digest of what is asked as an annotation. `identity` joins it: what else must be the same. */
export function withDigest(object: KubeObject, identity?: Json): KubeObject {
  const digest = digestOf(identity === undefined ? object : [object, identity]);
  const annotations = { ...object.metadata.annotations, [digestAnnotation]: digest };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

export function digestAnnotationOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[digestAnnotation];
}

/** JSON in which the keys of each mapping stand in one order, whatever order they came in. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, part: Json) => (isJsonObject(part) ? inKeyOrder(part) : part));
}

function inKeyOrder(mapping: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)));
}
