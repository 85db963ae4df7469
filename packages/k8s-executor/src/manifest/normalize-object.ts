import { isJsonObject, withoutKeys } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelObject } from './labels.js';
import type { Owner } from './labels.js';

/**
 * The object as it will be applied: with a namespace where its kind has one, the labels that say whose it is, a
 * Secret's `stringData` as `data` (no live Secret has `stringData`, so it could never be compared), and without
 * what only the server may say.
 */
export function normalizeObject(
  object: KubeObject,
  owner: Owner,
  place: { readonly namespaced: boolean; readonly namespace: string },
): KubeObject {
  return labelObject(encodeSecret(withNamespace(withoutServerFields(object), place)), owner);
}

const serverFields = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
];

function withoutServerFields(object: KubeObject): KubeObject {
  const metadata = { ...withoutKeys(object.metadata, serverFields), name: object.metadata.name };
  const { apiVersion, kind } = object;
  return { ...withoutKeys(object, ['status']), apiVersion, kind, metadata };
}

function withNamespace(
  object: KubeObject,
  place: { readonly namespaced: boolean; readonly namespace: string },
): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  if (!place.namespaced) return { ...object, metadata: { ...metadata, name: object.metadata.name } };
  const own = typeof namespace === 'string' && namespace !== '' ? namespace : place.namespace;
  return { ...object, metadata: { ...object.metadata, namespace: own } };
}

function encodeSecret(object: KubeObject): KubeObject {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret' || !isJsonObject(object['stringData']))
    return object;
  const encoded = Object.entries(object['stringData']).map(
    ([key, text]) => [key, Buffer.from(textFrom(text), 'utf8').toString('base64')] as const,
  );
  const data = isJsonObject(object['data']) ? object['data'] : {};
  const { apiVersion, kind, metadata } = object;
  const rest = withoutKeys(object, ['stringData']);
  return { ...rest, apiVersion, kind, metadata, data: { ...data, ...Object.fromEntries(encoded) } };
}

/** What is no text there is refused by the server only in `stringData`; here it becomes what YAML would print. */
function textFrom(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
