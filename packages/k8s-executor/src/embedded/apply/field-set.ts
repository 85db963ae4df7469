import { isJsonObject } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { topologyOf } from './topology.js';
import type { Schema, Topology } from './topology.js';

/**
 * A set of fields. A field is the steps that lead to it, written as FieldsV1 writes them (`f:spec`, `k:{"name":"web"}`,
 * `v:"x"`), one behind the other, so that sets are compared by plain set operations.
 */
export type FieldSet = ReadonlySet<string>;

/** Cannot stand in the name of a field. */
const between = '\u0000';

/** A place in an object: the steps that lead there, and the names of fields alone, by which schemas know it. */
export interface Place {
  readonly path: string;
  readonly names: readonly string[];
}

export const root: Place = { path: '', names: [] };

export function fieldPlace(place: Place, name: string): Place {
  return { path: step(place, `f:${name}`), names: [...place.names, name] };
}

/** The place of an item of a keyed list or a set. */
export function itemPlace(place: Place, item: Json, topology: Topology): Place {
  return { path: step(place, itemStep(item, topology)), names: place.names };
}

function step(place: Place, next: string): string {
  return place.path === '' ? next : `${place.path}${between}${next}`;
}

/** What tells an item of a list from the others. */
export function itemStep(item: Json, topology: Topology): string {
  if (topology.form !== 'keyed' || !isJsonObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = topology.keys
    .map((key) => [key, item[key] ?? keyDefault(key)] as const)
    .filter(([, value]) => value !== undefined);
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

function keyDefault(key: string): Json | undefined {
  return key === 'protocol' ? 'TCP' : undefined;
}

/** The fields of a value: its leaves, its empty mappings, and the items of its keyed lists and sets. */
export function fieldsOf(value: Json | undefined, schema: Schema, place: Place = root): FieldSet {
  const fields = new Set<string>();
  collect(value, schema, { place, fields });
  return fields;
}

interface Collection {
  readonly place: Place;
  readonly fields: Set<string>;
}

function collect(value: Json | undefined, schema: Schema, { place, fields }: Collection): void {
  if (value === undefined) return;
  const isList = Array.isArray(value);
  const topology = topologyOf(schema, place.names, isList);
  if (isList && topology.form !== 'atomic') {
    for (const item of value as readonly Json[]) {
      const at = itemPlace(place, item, topology);
      fields.add(at.path);
      if (topology.form === 'keyed') collect(item, schema, { place: at, fields });
    }
  } else if (isJsonObject(value) && topology.form !== 'atomic' && Object.keys(value).length > 0) {
    for (const [name, part] of Object.entries(value)) {
      collect(part, schema, { place: fieldPlace(place, name), fields });
    }
  } else if (place.path !== '') {
    fields.add(place.path);
  }
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a, ...b]);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((field) => !b.has(field)));
}

/** The fields of `a` in or below which nothing of `b` lies. */
export function withoutHoldersOf(a: FieldSet, b: FieldSet): FieldSet {
  const holders = new Set<string>();
  for (const field of b) {
    for (let end = field.length; end > 0; end = field.lastIndexOf(between, end - 1))
      holders.add(field.slice(0, end));
  }
  return difference(a, holders);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((field) => b.has(field)));
}

/** The steps of a field. */
function stepsOf(field: string): readonly string[] {
  return field.split(between);
}

function joinSteps(steps: readonly string[]): string {
  return steps.join(between);
}

/** As `managedFields[].fieldsV1` has it. */
export function toFieldsV1(fields: FieldSet): JsonObject {
  const tree: Node = { isMember: false, below: new Map() };
  for (const field of [...fields].sort()) insert(tree, stepsOf(field));
  return printNode(tree);
}

interface Node {
  isMember: boolean;
  readonly below: Map<string, Node>;
}

function insert(tree: Node, steps: readonly string[]): void {
  let node = tree;
  for (const each of steps) {
    const next = node.below.get(each) ?? { isMember: false, below: new Map<string, Node>() };
    node.below.set(each, next);
    node = next;
  }
  node.isMember = true;
}

function printNode(node: Node): JsonObject {
  const below = [...node.below].map(([name, child]) => [name, printNode(child)] as const);
  return Object.fromEntries(node.isMember && below.length > 0 ? [['.', {}] as const, ...below] : below);
}

/** Reads what `toFieldsV1` wrote. */
export function fromFieldsV1(tree: JsonObject): FieldSet {
  const fields = new Set<string>();
  readNode(tree, [], fields);
  return fields;
}

function readNode(node: JsonObject, steps: readonly string[], fields: Set<string>): void {
  for (const [name, below] of Object.entries(node)) {
    if (name === '.') {
      fields.add(joinSteps(steps));
    } else if (isJsonObject(below)) {
      const next = [...steps, name];
      if (Object.keys(below).length === 0) fields.add(joinSteps(next));
      else readNode(below, next, fields);
    }
  }
}

/** `.spec.template.spec.containers[name="web"].image`: how the API server tells of a field. */
export function printField(field: string): string {
  return stepsOf(field).map(printStep).join('');
}

function printStep(each: string): string {
  const body = each.slice(2);
  if (each.startsWith('f:')) return `.${body}`;
  if (each.startsWith('v:')) return `[=${body}]`;
  const keys = Object.entries(JSON.parse(body) as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
