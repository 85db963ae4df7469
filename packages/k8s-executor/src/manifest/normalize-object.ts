import { isJsonObject } from '../cluster/json.js';
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
  const { status: _status, ...rest } = object;
  return labelObject(encodeSecret(withNamespace(withoutServerFields(rest as KubeObject), place)), owner);
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
  if (!serverFields.some((field) => field in object.metadata)) return object;
  const kept = Object.entries(object.metadata).filter(([field]) => !serverFields.includes(field));
  return { ...object, metadata: { ...Object.fromEntries(kept), name: object.metadata.name } };
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
  const { stringData, ...rest } = object;
  const encoded = Object.entries(stringData as Readonly<Record<string, unknown>>).map(
    ([key, text]) => [key, Buffer.from(String(text ?? ''), 'utf8').toString('base64')] as const,
  );
  const data = isJsonObject(object['data']) ? object['data'] : {};
  return { ...(rest as KubeObject), data: { ...data, ...Object.fromEntries(encoded) } };
}
