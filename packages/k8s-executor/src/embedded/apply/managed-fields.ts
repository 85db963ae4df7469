import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { withoutKeys } from '../store/without-keys.js';
import { compareFields } from './compare.js';
import { difference, fromFieldsV1, intersection, toFieldsV1, union } from './field-set.js';
import type { FieldSet } from './field-set.js';
import type { Schema } from './topology.js';

/** Who set fields, and by which kind of request. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** One entry of `metadata.managedFields`. */
export interface Ownership {
  readonly manager: Manager;
  readonly apiVersion: string;
  readonly time: string;
  readonly fields: FieldSet;
}

export function ownershipsOf(object: KubeObject): readonly Ownership[] {
  return listOf(object.metadata, 'managedFields').map((entry) => ({
    manager: {
      name: textOf(entry, 'manager'),
      operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      subresource: textOf(entry, 'subresource'),
    },
    apiVersion: textOf(entry, 'apiVersion'),
    time: textOf(entry, 'time'),
    fields: fromFieldsV1(mappingOf(entry, 'fieldsV1')),
  }));
}

export function isSameManager(a: Manager, b: Manager): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource;
}

/** The object with these entries; managers that own nothing are left out. */
export function withOwnerships(object: KubeObject, ownerships: readonly Ownership[]): KubeObject {
  const managedFields = ownerships.filter(({ fields }) => fields.size > 0).map(printOwnership);
  const metadata = withoutKeys(object.metadata, 'managedFields');
  return {
    ...object,
    metadata: { ...metadata, name: object.metadata.name, ...(managedFields.length > 0 && { managedFields }) },
  };
}

function printOwnership({ manager, apiVersion, time, fields }: Ownership): JsonObject {
  return {
    manager: manager.name,
    operation: manager.operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(manager.subresource !== '' && { subresource: manager.subresource }),
  };
}

/** Fields of an object that nobody owns: what says which object it is, and what the server alone writes. */
const unowned = [
  'apiVersion',
  'kind',
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'].map(
    (name) => `metadata.${name}`,
  ),
  ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'].map((name) => `metadata.${name}`),
];

/** The object without the fields that nobody owns. */
export function ownableParts(object: KubeObject): JsonObject {
  const rest = withoutKeys(object, 'apiVersion', 'kind', 'metadata');
  const kept = Object.entries(object.metadata).filter(([name]) => !unowned.includes(`metadata.${name}`));
  return { ...rest, ...(kept.length > 0 && { metadata: Object.fromEntries(kept) }) };
}

export interface Writer {
  readonly manager: Manager;
  readonly schema: Schema;
  /** ISO, whole seconds. */
  readonly time: string;
}

/** Records a write that was no apply: who writes a new value owns the field alone. */
export function trackUpdate(before: KubeObject | undefined, after: KubeObject, writer: Writer): KubeObject {
  const { manager, schema, time } = writer;
  const now = ownableParts(after);
  // Who knows managedFields may write them (kubectl hands its fields from one kind of apply to the other so).
  const told = before === undefined ? [] : ownershipsOf(after);
  const ownerships = before === undefined || told.length > 0 ? told : ownershipsOf(before);
  const { changed, removed } = compareFields(before === undefined ? {} : ownableParts(before), now, schema);
  if (changed.size === 0 && removed.size === 0) return withOwnerships(after, ownerships);
  const gone = union(changed, removed);
  const mine = ownerships.find((each) => isSameManager(each.manager, manager));
  const others = ownerships
    .filter((each) => each !== mine)
    .map((each) => ({ ...each, fields: difference(each.fields, gone) }));
  const fields = union(difference(mine?.fields ?? new Set(), removed), changed);
  const entry = { manager, apiVersion: after.apiVersion, time, fields };
  return withOwnerships(after, [...others, entry]);
}

/** The fields of managers other than `manager` that lie in `fields`, per manager. */
export function claimsOn(
  fields: FieldSet,
  ownerships: readonly Ownership[],
  manager: Manager,
): readonly Ownership[] {
  return ownerships
    .filter((each) => !isSameManager(each.manager, manager))
    .map((each) => ({ ...each, fields: intersection(each.fields, fields) }))
    .filter((each) => each.fields.size > 0);
}
