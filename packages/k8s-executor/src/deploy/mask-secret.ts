import type { KubeObject } from '../cluster/kube-object.js';
import type { JsonObject } from '../cluster/json.js';
import { isJsonObject } from '../cluster/json.js';

/** What stands where a Secret's value was. */
const maskedValue = '***';

/** The object as it may be shown: the values of a Secret's `data` and `stringData` are masked, their keys stay. */
export function maskSecret(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  return { ...object, ...maskField(object, 'data'), ...maskField(object, 'stringData') };
}

function maskField(object: KubeObject, field: string): JsonObject {
  const values = object[field];
  if (!isJsonObject(values)) return {};
  return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, maskedValue])) };
}
