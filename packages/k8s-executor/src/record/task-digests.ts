import { isJsonObject, withoutKeys } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { keyOf, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';
import { digestAnnotationOf, digestOf } from '../objects/digest.js';
import { isSecret } from '../objects/owned-fields.js';
import { ownedValues } from './owned-values.js';

/** An object as the files ask for it, and as the cluster holds it. */
export interface Pair {
  readonly desired: KubeObject;
  readonly live: KubeObject;
}

/**
 * `sha256:…` over what the files ask of a task: its rendered objects, image digests included. Of a Secret only the keys
 * count: a receipt is a ConfigMap, and a short value could be guessed from a digest that covers it. Whether the values
 * are the same is seen by comparing them with the live Secret.
 */
export function desiredDigest(objects: readonly KubeObject[]): string {
  return digestOf(inOrder(objects.map((object) => [object, askedOf(object)] as const)));
}

/** What it carries a digest of need not be read once more. */
function askedOf(object: KubeObject): Json {
  return isSecret(object) ? plainPartOf(object) : (digestAnnotationOf(object) ?? plainPartOf(object));
}

/** `sha256:…` over the values of exactly the fields that we own in a task's live objects. */
export function liveDigest(pairs: readonly Pair[]): string {
  return digestOf(inOrder(pairs.map(({ desired, live }) => [desired, ownedValues(live, desired)] as const)));
}

function inOrder(values: readonly (readonly [KubeObject, Json])[]): Json {
  return Object.fromEntries(values.map(([object, value]) => [keyOf(referenceOf(object)), value]));
}

/** What is asked of an object, without our own note of it, which covers a Secret's values; of a Secret's data only the keys. */
export function plainPartOf(object: KubeObject): JsonObject {
  const annotations = withoutKeys(object.metadata.annotations ?? {}, [digestAnnotation]);
  const asked = { ...object, metadata: { ...object.metadata, annotations } };
  if (!isSecret(object)) return asked;
  const data = object['data'];
  return { ...asked, data: isJsonObject(data) ? Object.keys(data).sort() : null };
}
