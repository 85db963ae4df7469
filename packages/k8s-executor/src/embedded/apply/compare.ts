import { isJsonObject } from '../../cluster/json.js';
import type { Json } from '../../cluster/json.js';
import { fieldPlace, fieldsOf, itemPlace, itemStep, root } from './field-set.js';
import type { FieldSet, Place } from './field-set.js';
import { topologyOf } from './topology.js';
import type { Schema } from './topology.js';

/** What differs between two values. */
export interface Comparison {
  /** Fields with another value, or new. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** Compares field by field, as the schema says what is one. */
export function compareFields(before: Json, after: Json, schema: Schema): Comparison {
  const changed = new Set<string>();
  const removed = new Set<string>();
  const into = { changed, removed };
  compareAt({ before, after, place: root }, schema, into);
  return into;
}

interface Pair {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly place: Place;
}

interface Differences {
  readonly changed: Set<string>;
  readonly removed: Set<string>;
}

function compareAt(pair: Pair, schema: Schema, into: Differences): void {
  const { before, after, place } = pair;
  if (after === undefined || before === undefined) {
    addWhole(pair, schema, into);
    return;
  }
  const isList = Array.isArray(before) && Array.isArray(after);
  const topology = topologyOf(schema, place.names, isList);
  if (isList && topology.form !== 'atomic') {
    const [old, now] = [before, after].map(
      (list) => new Map((list as readonly Json[]).map((item) => [itemStep(item, topology), item])),
    );
    for (const key of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
      const [was, is] = [old?.get(key), now?.get(key)];
      compareAt(
        { before: was, after: is, place: itemPlace(place, is ?? was ?? null, topology) },
        schema,
        into,
      );
    }
  } else if (isJsonObject(before) && isJsonObject(after) && topology.form !== 'atomic') {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compareAt({ before: before[name], after: after[name], place: fieldPlace(place, name) }, schema, into);
    }
  } else if (!isEqual(before, after)) {
    into.changed.add(place.path);
  }
}

/** Nobody owns it as a whole: the server strips it from what managers own. */
const metadata = fieldPlace(root, 'metadata').path;

function addWhole({ before, after, place }: Pair, schema: Schema, { changed, removed }: Differences): void {
  const value = after ?? before;
  if (value === undefined) return;
  const fields = after === undefined ? removed : changed;
  if (place.path !== '' && place.path !== metadata) fields.add(place.path);
  for (const field of fieldsOf(value, schema, place)) fields.add(field);
}

/** Deep equality; a key without a value is no key. */
export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, index) => isEqual(item, b[index] as Json));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isEqual(a[name], b[name]));
}
