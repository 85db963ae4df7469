import { isJsonObject, mappingOf } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { isAutoscaled, isSecret, ownEntryOf } from '../objects/owned-fields.js';

/**
 * The values of exactly the fields that we own in a live object, in the shape of its `fieldsV1`: what the server and
 * controllers write beside them is left out (nx.md, "The cache must never lie" §7). Two exceptions: replicas that an
 * autoscaler has taken over count as we asked for them, so that its work is no drift; of a Secret's data only the keys
 * are there. Empty when we own nothing.
 */
export function ownedValues(live: KubeObject, desired: KubeObject): JsonObject {
  const entry = ownEntryOf(live);
  if (entry === undefined) return {};
  const values = project(live, mappingOf(entry, 'fieldsV1'));
  const owned = isJsonObject(values) ? values : {};
  const masked = isSecret(live) ? { ...owned, 'f:data': Object.keys(mappingOf(owned, 'f:data')) } : owned;
  const { replicas } = part(desired, 'spec');
  if (replicas === undefined || !isAutoscaled(live)) return masked;
  return { ...masked, 'f:spec': { ...mappingOf(masked, 'f:spec'), 'f:replicas': replicas } };
}

/** A field set node without children says that the whole value below it is one. */
function project(value: Json | undefined, fields: JsonObject): Json {
  const children = Object.entries(fields).filter(([name]) => name !== '.');
  if (children.length === 0) return Object.hasOwn(fields, '.') ? {} : (value ?? null);
  return Object.fromEntries(
    children.map(([name, below]) => [name, project(childOf(value, name), isJsonObject(below) ? below : {})]),
  );
}

function childOf(value: Json | undefined, name: string): Json | undefined {
  if (name.startsWith('f:')) return isJsonObject(value) ? value[name.slice(2)] : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  const wanted = JSON.parse(name.slice(2)) as Json;
  if (name.startsWith('v:')) return items.find((item) => JSON.stringify(item) === JSON.stringify(wanted));
  if (!isJsonObject(wanted)) return undefined;
  return items.find(
    (item) => isJsonObject(item) && Object.entries(wanted).every(([key, each]) => item[key] === each),
  );
}
