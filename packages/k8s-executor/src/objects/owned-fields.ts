import { isJsonObject, listOf, mappingOf, textOf, withoutKeys } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { printPlace, printSelector, readSelector, stepsOf } from './field-path.js';
import type { Selector } from './field-path.js';

/** Our name in `managedFields`. */
export const fieldManager = 'flotilla';

/**
 * The paths of fields that we asked for and no longer own. Whoever changes a field's value becomes its owner, so
 * what is still ours still has the value that we gave it; comparing values would stumble over what the server
 * rewrites (`1000m` is stored as `1`).
 */
export function lostFields(desired: KubeObject, live: KubeObject): readonly string[] {
  const ours = ownEntryOf(live);
  if (ours === undefined) return ['.'];
  const metadata = withoutKeys(desired.metadata, ['name', 'namespace']);
  const asked = { ...withoutKeys(desired, ['apiVersion', 'kind']), metadata };
  const lost = lostIn(asked, mappingOf(ours, 'fieldsV1'), '');
  return isAutoscaled(live) ? lost.filter((path) => path !== '.spec.replicas') : lost;
}

/** What `managedFields` says of us: the fields that we applied. */
export function ownEntryOf(live: KubeObject): JsonObject | undefined {
  return managedFieldsOf(live).find(
    (entry) =>
      entry['manager'] === fieldManager &&
      entry['operation'] === 'Apply' &&
      textOf(entry, 'subresource') === '',
  );
}

/** True when the autoscaler has taken `replicas` over: of all controllers only it writes through `scale`. */
export function isAutoscaled(live: KubeObject): boolean {
  return managedFieldsOf(live).some(
    (entry) =>
      entry['manager'] === 'kube-controller-manager' &&
      entry['subresource'] === 'scale' &&
      owns(mappingOf(entry, 'fieldsV1'), '.spec.replicas'),
  );
}

export function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/** The manager, other than us, that owns a field; undefined when nobody does. */
export function ownerOfField(live: KubeObject, path: string): string | undefined {
  const entry = managedFieldsOf(live).find(
    (each) => each['manager'] !== fieldManager && owns(mappingOf(each, 'fieldsV1'), path),
  );
  return entry === undefined ? undefined : textOf(entry, 'manager');
}

export function managedFieldsOf(object: KubeObject): readonly JsonObject[] {
  return listOf(object.metadata, 'managedFields');
}

/** A field set node without children says that the whole value below it is one. */
function lostIn(value: Json | undefined, owned: JsonObject, path: string): readonly string[] {
  if (Object.keys(owned).length === 0) return [];
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([key, part]) => lostKey(key, part, { owned, path }));
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item, index) => lostItem(item, owned, { path, index }));
  }
  return [];
}

function lostKey(
  key: string,
  value: Json | undefined,
  parent: { readonly owned: JsonObject; readonly path: string },
): readonly string[] {
  const path = `${parent.path}.${key}`;
  const below = parent.owned[`f:${key}`];
  if (isJsonObject(below)) return lostIn(value, below, path);
  // The server drops what is empty.
  return isEmpty(value) ? [] : [path];
}

function lostItem(
  item: Json,
  owned: JsonObject,
  { path, index }: { readonly path: string; readonly index: number },
): readonly string[] {
  for (const [name, below] of Object.entries(owned)) {
    if (name.startsWith('v:') && sameValue(parse(name), item)) return [];
    if (!name.startsWith('k:') || !isJsonObject(item)) continue;
    const key = parse(name);
    if (!isJsonObject(key) || !hasKey(item, key)) continue;
    const said = Object.keys(key).filter((each) => item[each] !== undefined);
    return isJsonObject(below) ? lostIn(item, below, path + printSelector(item, said)) : [];
  }
  return [path + printPlace(item, index)];
}

function parse(name: string): Json {
  return JSON.parse(name.slice(2)) as Json;
}

/** Keys that the object leaves out were filled in by the server (a port's protocol). */
function hasKey(item: JsonObject, key: Json): boolean {
  if (!isJsonObject(key)) return false;
  return Object.entries(key).every(
    ([name, value]) => item[name] === undefined || sameValue(item[name], value),
  );
}

function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A field set node without children says that the whole value below it is one. */
function owns(fields: JsonObject, path: string): boolean {
  if (path === '') return true;
  if (path.startsWith('[')) {
    const selector = readSelector(path);
    if (selector === undefined) return false;
    return Object.entries(fields).some(
      ([name, below]) => isJsonObject(below) && mayName(name, selector) && ownsBelow(below, selector.rest),
    );
  }
  const names = Object.keys(fields).flatMap((name) => (name.startsWith('f:') ? [name.slice(2)] : []));
  return stepsOf(path, names).some(({ key, rest }) => {
    const below = fields[`f:${key}`];
    return isJsonObject(below) && ownsBelow(below, rest);
  });
}

function ownsBelow(below: JsonObject, rest: string): boolean {
  return Object.keys(below).length === 0 || owns(below, rest);
}

/** A place in a list tells nothing of an item's keys: any item may be meant. */
function mayName(name: string, { index, keys }: Selector): boolean {
  if (index !== undefined) return true;
  return name.startsWith('k:') && hasKey(keys, parse(name));
}
