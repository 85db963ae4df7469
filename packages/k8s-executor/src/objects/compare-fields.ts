import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import { printSelector } from './field-path.js';

/** A field with its value on both sides; `undefined`: it is not there. */
export interface FieldChange {
  /** As the API server writes paths: `.spec.template.spec.containers[name="api"].image`. */
  readonly path: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/**
 * The fields that differ, the smallest that can be named. Items of lists are told apart by what names them, where
 * something does (kubectl's merge keys), else by their place; lists of plain values are one field.
 */
export function compareFields(
  from: Json | undefined,
  to: Json | undefined,
  path = '',
): readonly FieldChange[] {
  if (isEqual(from, to)) return [];
  // What is not there compares like what is empty, so that each field below is named.
  if (isMapping(from) && isMapping(to) && isFilled(from, to))
    return compareMappings(from ?? {}, to ?? {}, path);
  if (isItems(from) && isItems(to) && isFilled(from, to)) return compareItems(from ?? [], to ?? [], path);
  return [{ path, from, to }];
}

function isMapping(value: Json | undefined): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}

function isItems(value: Json | undefined): value is readonly JsonObject[] | undefined {
  return value === undefined || (Array.isArray(value) && (value as readonly Json[]).every(isJsonObject));
}

/** False when nothing stands below either: then it is the empty thing itself that came or went. */
function isFilled(from: Json | undefined, to: Json | undefined): boolean {
  return [from, to].some((side) => typeof side === 'object' && side !== null && Object.keys(side).length > 0);
}

function compareMappings(from: JsonObject, to: JsonObject, path: string): readonly FieldChange[] {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => compareFields(from[key], to[key], `${path}.${key}`));
}

function compareItems(
  from: readonly JsonObject[],
  to: readonly JsonObject[],
  path: string,
): readonly FieldChange[] {
  const keys = namingKeys([from, to]);
  if (keys === undefined) {
    const longest = from.length > to.length ? from : to;
    return longest.flatMap((_, at) => compareFields(from[at], to[at], `${path}[${String(at)}]`));
  }
  const [before, after] = [from, to].map((items) => new Map(items.map((i) => [printSelector(i, keys), i])));
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names].flatMap((name) => compareFields(before?.get(name), after?.get(name), `${path}${name}`));
}

/** What names the items of Kubernetes' lists (`x-kubernetes-list-map-keys`), the most telling first. */
const candidates: readonly (readonly string[])[] = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['key'],
  ['type'],
  ['ip'],
  ['topologyKey', 'whenUnsatisfiable'],
  ['uid'],
];

function namingKeys(sides: readonly (readonly JsonObject[])[]): readonly string[] | undefined {
  return candidates.find((keys) => sides.every((items) => areNamedBy(keys, items)));
}

function areNamedBy(keys: readonly string[], items: readonly JsonObject[]): boolean {
  const named = items.every((item) => keys.every((key) => ['string', 'number'].includes(typeof item[key])));
  return named && new Set(items.map((item) => printSelector(item, keys))).size === items.length;
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    const [left, right] = [a as readonly Json[], b as readonly Json[]];
    return left.length === right.length && left.every((item, at) => isEqual(item, right[at]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isEqual(a[key], b[key]));
}
