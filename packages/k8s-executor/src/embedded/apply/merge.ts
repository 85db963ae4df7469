import { isJsonObject } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { fieldPlace, itemPlace, itemStep, root } from './field-set.js';
import type { FieldSet, Place } from './field-set.js';
import { topologyOf } from './topology.js';
import type { Schema } from './topology.js';

/** The schema of the object, and the names of fields on the way into it. */
interface Where {
  readonly schema: Schema;
  readonly names: readonly string[];
}

/** The live value with what was applied put into it, as the schema says that values are merged. */
export function mergeApplied(live: Json | undefined, applied: Json, where: Where): Json {
  if (isJsonObject(applied)) return mergeMapping(live, applied, where);
  if (Array.isArray(applied)) return mergeList(live, applied as readonly Json[], where);
  return applied;
}

function mergeMapping(live: Json | undefined, applied: JsonObject, { schema, names }: Where): Json {
  if (!isJsonObject(live) || topologyOf(schema, names, false).form === 'atomic') return applied;
  const merged: Record<string, Json | undefined> = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    if (value !== undefined)
      merged[name] = mergeApplied(live[name], value, { schema, names: [...names, name] });
  }
  return merged;
}

/** Items keep the order of what was applied; items that only the live list has stay where they were. */
function mergeList(live: Json | undefined, applied: readonly Json[], { schema, names }: Where): Json {
  const topology = topologyOf(schema, names, true);
  if (!Array.isArray(live) || topology.form === 'atomic') return applied;
  const items = live as readonly Json[];
  const liveByStep = new Map(items.map((item) => [itemStep(item, topology), item]));
  const appliedSteps = applied.map((item) => itemStep(item, topology));
  const isApplied = new Set(appliedSteps);
  const merged: Json[] = [];
  let at = 0;
  const takeLiveOnly = () => {
    for (; at < items.length; at += 1) {
      const item = items[at] ?? null;
      if (isApplied.has(itemStep(item, topology))) return;
      merged.push(item);
    }
  };
  applied.forEach((item, index) => {
    takeLiveOnly();
    const before = liveByStep.get(appliedSteps[index] ?? '');
    if (before !== undefined) at += 1;
    merged.push(before === undefined ? item : mergeApplied(before, item, { schema, names }));
  });
  takeLiveOnly();
  return merged;
}

interface Removal {
  readonly schema: Schema;
  /** Default: the whole object. */
  readonly place?: Place;
}

/** The value without the fields of a set; a keyed item goes when the set holds the item itself. */
export function removeFields(value: Json, fields: FieldSet, { schema, place = root }: Removal): Json {
  if (fields.size === 0) return value;
  const isList = Array.isArray(value);
  const topology = topologyOf(schema, place.names, isList);
  if (topology.form === 'atomic') return value;
  if (isList) {
    return (value as readonly Json[])
      .map((item) => ({ item, at: itemPlace(place, item, topology) }))
      .filter(({ at }) => !fields.has(at.path))
      .map(({ item, at }) => removeFields(item, fields, { schema, place: at }));
  }
  return isJsonObject(value) ? removeFromMapping(value, fields, { schema, place }) : value;
}

function removeFromMapping(
  value: JsonObject,
  fields: FieldSet,
  { schema, place }: { readonly schema: Schema; readonly place: Place },
): JsonObject {
  const left: Record<string, Json> = {};
  for (const [name, part] of Object.entries(value)) {
    const at = fieldPlace(place, name);
    if (part === undefined || fields.has(at.path)) continue;
    const kept = removeFields(part, fields, { schema, place: at });
    // A mapping or list that lost all it had was there for what it held alone.
    if (isEmpty(kept) && !isEmpty(part)) continue;
    left[name] = kept;
  }
  return left;
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
