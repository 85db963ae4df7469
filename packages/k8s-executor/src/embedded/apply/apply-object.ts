import type { StatusCause } from '../../cluster/api-failure.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { compareFields } from './compare.js';
import { difference, fieldsOf, printField, union, withoutHoldersOf } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { claimsOn, isSameManager, ownableParts, ownershipsOf, withOwnerships } from './managed-fields.js';
import type { Ownership, Writer } from './managed-fields.js';
import { mergeApplied, removeFields } from './merge.js';

/** What came of an apply. */
export type AppliedObject =
  | { readonly ok: true; readonly object: KubeObject }
  /** Other managers own fields to which the apply gives another value. */
  | { readonly ok: false; readonly causes: readonly StatusCause[] };

export interface ApplyRequest extends Writer {
  readonly force: boolean;
  /** What the server would fill in, so that filled-in values are no changes. */
  readonly complete: (object: KubeObject) => KubeObject;
}

/**
 * Server-side apply: what is applied is merged into the live object, fields that the manager applied before and now
 * leaves out go (unless others own them too), and a change of a field that somebody else owns is a conflict.
 */
export function applyObject(
  live: KubeObject | undefined,
  applied: KubeObject,
  request: ApplyRequest,
): AppliedObject {
  const { manager, schema, time, force, complete } = request;
  const asked = fieldsOf(ownableParts(applied), schema);
  const ownerships = live === undefined ? [] : ownershipsOf(live);
  const before = ownerships.find((each) => isSameManager(each.manager, manager));
  const merged =
    live === undefined ? applied : (mergeApplied(live, applied, { schema, names: [] }) as KubeObject);
  const abandoned = abandonedFields(
    before?.fields ?? new Set(),
    asked,
    ownerships.filter((each) => each !== before),
  );
  const result = complete(removeFields(merged, abandoned, { schema }) as KubeObject);
  const { changed, removed } = compareFields(
    live === undefined ? {} : ownableParts(live),
    ownableParts(result),
    schema,
  );
  const claims = claimsOn(changed, ownerships, manager);
  if (claims.length > 0 && !force) return { ok: false, causes: printConflicts(claims) };
  const others = ownerships
    .filter((each) => each !== before)
    .map((each) => ({ ...each, fields: difference(each.fields, union(changed, removed)) }));
  const isUnchanged = before !== undefined && isSameSet(before.fields, asked);
  const entry: Ownership = {
    manager,
    apiVersion: applied.apiVersion,
    time: isUnchanged && changed.size + removed.size === 0 ? before.time : time,
    fields: asked,
  };
  return {
    ok: true,
    object: withOwnerships(
      result,
      isUnchanged ? replaceEntry(ownerships, before, { entry, others }) : [...others, entry],
    ),
  };
}

function replaceEntry(
  ownerships: readonly Ownership[],
  before: Ownership,
  { entry, others }: { readonly entry: Ownership; readonly others: readonly Ownership[] },
): readonly Ownership[] {
  const at = ownerships.indexOf(before);
  return [...others.slice(0, at), entry, ...others.slice(at)];
}

/** What the manager applied before, leaves out now, and in which nobody owns anything. */
function abandonedFields(before: FieldSet, asked: FieldSet, others: readonly Ownership[]): FieldSet {
  return others.reduce<FieldSet>(
    (fields, other) => withoutHoldersOf(fields, other.fields),
    withoutHoldersOf(before, asked),
  );
}

function isSameSet(a: FieldSet, b: FieldSet): boolean {
  return a.size === b.size && difference(a, b).size === 0;
}

function printConflicts(claims: readonly Ownership[]): readonly StatusCause[] {
  return claims.flatMap((claim) =>
    [...claim.fields].sort().map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${printManager(claim)}`,
      field: printField(field),
    })),
  );
}

function printManager({ manager, apiVersion }: Ownership): string {
  const below = manager.subresource === '' ? '' : ` with subresource "${manager.subresource}"`;
  const how = manager.operation === 'Update' ? ` using ${apiVersion}` : '';
  return `"${manager.name}"${below}${how}`;
}

/** The sentence above the causes of a conflict, as the API server words it. */
export function printConflictMessage(causes: readonly StatusCause[]): string {
  const [first] = causes;
  if (causes.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: ${first.message}: ${first.field ?? ''}`;
  }
  const groups = [...new Set(causes.map(({ message }) => message))].sort().map((message) => {
    const fields = causes.filter((cause) => cause.message === message).map(({ field }) => `- ${field ?? ''}`);
    return [`${message.replace('conflict', 'conflicts')}:`, ...fields].join('\n');
  });
  return `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`;
}
