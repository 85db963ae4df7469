import { isJsonObject } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { isEqual } from '../apply/compare.js';
import { itemStep } from '../apply/field-set.js';
import { topologyOf } from '../apply/topology.js';
import type { Schema } from '../apply/topology.js';
import { badRequest, Refused } from './status.js';

/** RFC 7386: null takes away, mappings are merged, all else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isJsonObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) Reflect.deleteProperty(merged, name);
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** A place in an object, as schemas know it. */
interface Where {
  readonly schema: Schema;
  readonly names: readonly string[];
}

/** Kubernetes' own merge patch: lists with keys are merged item by item; `$patch` and `$deleteFromPrimitiveList` work. */
export function strategicPatch(target: Json | undefined, patch: Json, where: Where): Json {
  const { schema, names } = where;
  if (Array.isArray(patch)) return strategicList(target, patch as readonly Json[], where);
  if (!isJsonObject(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: Record<string, Json | undefined> = isJsonObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    if (value === null || value === undefined) Reflect.deleteProperty(merged, name);
    else merged[name] = strategicPatch(merged[name], value, { schema, names: [...names, name] });
  }
  return merged;
}

function strategicList(target: Json | undefined, patch: readonly Json[], { schema, names }: Where): Json {
  const topology = topologyOf(schema, names, true);
  if (topology.form === 'atomic' || !Array.isArray(target)) return patch.map(withoutDirectives);
  const items = new Map((target as readonly Json[]).map((item) => [itemStep(item, topology), item]));
  for (const item of patch) {
    const key = itemStep(withoutDirectives(item), topology);
    if (isJsonObject(item) && item['$patch'] === 'delete') items.delete(key);
    else items.set(key, strategicPatch(items.get(key), item, { schema, names }));
  }
  return [...items.values()];
}

function withoutDirectives(value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('$')));
}

/** RFC 6902, with add, replace, remove and test. */
export function jsonPatch(target: JsonObject, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  return (patch as readonly Json[]).filter(isJsonObject).reduce<Json>(applyOperation, target);
}

function applyOperation(target: Json, operation: JsonObject): Json {
  const { op, path, value } = operation;
  const steps = (typeof path === 'string' ? path : '')
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return changeAt(target, steps, (at) => {
    const isMissing = at === undefined && (op === 'remove' || op === 'replace');
    if (isMissing || (op === 'test' && (at === undefined || !isEqual(at, value ?? null))))
      throw new Refused('Invalid', 'the server rejected our request due to an error in our request');
    if (op === 'remove') return undefined;
    return op === 'test' ? at : (value ?? null);
  });
}

function changeAt(
  target: Json,
  steps: readonly string[],
  change: (at: Json | undefined) => Json | undefined,
): Json {
  const [first, ...rest] = steps;
  if (first === undefined) return change(target) ?? null;
  const next = (at: Json | undefined) => (rest.length === 0 ? change(at) : changeAt(at ?? {}, rest, change));
  if (Array.isArray(target)) {
    const list = [...(target as readonly Json[])];
    const index = first === '-' ? list.length : Number(first);
    const changed = next(list[index]);
    list.splice(
      index,
      changed === undefined ? 1 : list[index] === undefined ? 0 : 1,
      ...(changed === undefined ? [] : [changed]),
    );
    return list;
  }
  const mapping: Record<string, Json | undefined> = isJsonObject(target) ? { ...target } : {};
  const changed = next(mapping[first]);
  if (changed === undefined) Reflect.deleteProperty(mapping, first);
  else mapping[first] = changed;
  return mapping;
}
