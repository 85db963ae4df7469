import type { KubeObject } from '../cluster/kube-object.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { isJsonObject } from '../cluster/json.js';

/** What stands where a Secret's value was. */
const maskedValue = '***';

/** The object as it may be shown: the values of a Secret's `data` and `stringData` are masked, their keys stay. */
export function maskSecret(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  return { ...object, ...maskField(object, 'data'), ...maskField(object, 'stringData') };
}

/** The value with the values of those variables of pods masked whose name is a secret's. */
export function maskVariables(value: Json, isSecretName: (name: string) => boolean): Json {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => maskVariables(item, isSecretName));
  if (!isJsonObject(value)) return value;
  const { name, value: text } = value;
  if (typeof name === 'string' && typeof text === 'string' && isSecretName(name))
    return { ...value, value: maskedValue };
  const entries = Object.entries(value).flatMap(([key, below]) =>
    below === undefined ? [] : [[key, maskVariables(below, isSecretName)] as const],
  );
  return Object.fromEntries(entries);
}

function maskField(object: KubeObject, field: string): JsonObject {
  const values = object[field];
  if (!isJsonObject(values)) return {};
  return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, maskedValue])) };
}
