import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';

/**
 * Paths of fields as the API server writes them: `.spec.containers[name="api"].image`, `.data.app.properties`
 * (a key may hold dots), `[0]` for items that nothing but their place tells apart.
 */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  if (path === '') return value;
  if (path.startsWith('[')) {
    const selector = readSelector(path);
    return selector === undefined ? undefined : valueAt(itemAt(value, selector), selector.rest);
  }
  if (!isJsonObject(value)) return undefined;
  const step = stepsOf(path, Object.keys(value))[0];
  return step === undefined ? undefined : valueAt(value[step.key], step.rest);
}

/**
 * A path in which it is plain where a key ends: `.metadata.labels["app.kubernetes.io/name"]`. `values`: what the path
 * may be of. What leads into none of them stays as it is.
 */
export function quotePath(path: string, values: readonly (Json | undefined)[]): string {
  const selector = path.startsWith('[') ? readSelector(path) : undefined;
  if (selector !== undefined) {
    const items = values.map((value) => itemAt(value, selector));
    return path.slice(0, path.length - selector.rest.length) + quotePath(selector.rest, items);
  }
  const mappings = values.filter((value) => value !== undefined && isJsonObject(value));
  const [step] = stepsOf(path, mappings.flatMap(Object.keys));
  if (path === '' || step === undefined) return path;
  const { key, rest } = step;
  const shown = key.includes('.') ? `[${JSON.stringify(key)}]` : `.${key}`;
  return (
    shown +
    quotePath(
      rest,
      mappings.map((mapping) => mapping[key]),
    )
  );
}

/** True for the path of a field itself, and of all that stands below it. */
export function isWithin(path: string, field: string): boolean {
  return path.startsWith(field) && /^(?:$|[.[])/.test(path.slice(field.length));
}

/** A key that a path may go on with, and what is left of the path behind it. */
export interface Step {
  readonly key: string;
  readonly rest: string;
}

/** Those of the keys that a path may mean with its next step, the longest first: keys hold dots too. */
export function stepsOf(path: string, keys: readonly string[]): readonly Step[] {
  const rest = path.startsWith('.') ? path.slice(1) : path;
  return keys
    .filter((key) => rest.startsWith(key) && /^(?:$|[.[])/.test(rest.slice(key.length)))
    .sort((a, b) => b.length - a.length)
    .map((key) => ({ key, rest: rest.slice(key.length) }));
}

/** `[3]`, or `[containerPort=80,protocol="TCP"]`. */
export interface Selector {
  readonly index?: number;
  readonly keys: JsonObject;
  readonly rest: string;
}

/** The selector that a path begins with; undefined when it begins with none. */
export function readSelector(path: string): Selector | undefined {
  const place = /^\[(\d+)\]/.exec(path);
  if (place !== null) return { index: Number(place[1]), keys: {}, rest: path.slice(place[0].length) };
  const said = /^\[((?:[^"\]]|"(?:[^"\\]|\\.)*")*)\]/.exec(path);
  if (said === null) return undefined;
  const pairs = [...(said[1] ?? '').matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|[^,\]]+)/g)];
  const keys = Object.fromEntries(pairs.map(([, key = '', json = '']) => [key, JSON.parse(json) as Json]));
  return { keys, rest: path.slice(said[0].length) };
}

/** The selector of an item by some of its keys: `[name="api"]`. */
export function printSelector(item: JsonObject, keys: readonly string[]): string {
  return `[${keys.map((key) => `${key}=${JSON.stringify(item[key])}`).join(',')}]`;
}

/** An item of a list as people know it: by its name where it has one, else by its place. */
export function printPlace(item: Json | undefined, index: number): string {
  return isJsonObject(item) && typeof item['name'] === 'string'
    ? printSelector(item, ['name'])
    : `[${String(index)}]`;
}

function itemAt(value: Json | undefined, { index, keys }: Selector): Json | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  if (index !== undefined) return items[index];
  const wanted = Object.entries(keys);
  return items.find(
    (item) =>
      isJsonObject(item) && wanted.every(([key, said]) => JSON.stringify(item[key]) === JSON.stringify(said)),
  );
}
