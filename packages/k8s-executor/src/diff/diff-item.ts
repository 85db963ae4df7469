import type { ObjectReference } from '@flotilla/core';
import type { Json, JsonObject } from '../cluster/json.js';
import { withoutKeys } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { referenceOf } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';
import { isWithin, quotePath } from '../objects/field-path.js';
import { ownerOfField } from '../objects/owned-fields.js';
import { secretsAnnotation } from '../tasks/apply/secret-inputs.js';
import { redactJson } from '../objects/redactor.js';
import { compareFields } from '../objects/compare-fields.js';
import type { FieldChange } from '../objects/compare-fields.js';

/** What a deploy would do to an object. `conflict`: nothing, because a field belongs to somebody else. */
export type DiffAction = 'create' | 'change' | 'delete' | 'unchanged' | 'conflict';

/** A field that would change; null stands for what is not there. `manager`: who else owns it now. */
export interface DiffField {
  /** Keys that hold dots stand in quotes: `.metadata.labels["app.kubernetes.io/name"]`. */
  readonly path: string;
  readonly from: Json;
  readonly to: Json;
  readonly manager?: string;
}

/** An object of the difference between the files and the cluster (cli.md, `diff -o json`). */
export interface DiffItem {
  /** Of what is deleted the task that it was deployed by; the file may define it no more. */
  readonly task: string;
  readonly object: ObjectReference;
  readonly action: DiffAction;
  readonly fields: readonly DiffField[];
}

/** An object that a deploy would leave though the files no longer have it, and why. */
export interface DiffKept {
  readonly object: ObjectReference;
  readonly reason: string;
}

/** What a diff is about: the object as it is asked for, and whose it is. */
export interface DiffSubject {
  readonly task: string;
  readonly desired: KubeObject;
  /** Removes the values of Secrets wherever they turn up. */
  readonly redact: (text: string) => string;
}

/** The item of an object with the fields that differ between two of its states; none at all make it `unchanged`. */
export function diffItem(
  subject: DiffSubject,
  from: KubeObject | undefined,
  to: KubeObject | undefined,
): DiffItem {
  const changes = compareFields(from && shownPart(from), to && shownPart(to));
  const fields = changes.map((change) => shownField(change, subject, from));
  return { ...itemOf(subject), action: actionOf(from, to, fields), fields };
}

/** As `diffItem`, where only what is asked for can be compared: the server was not asked what it would make of it. */
export function diffAsked(subject: DiffSubject, live: KubeObject | undefined): DiffItem {
  const { desired } = subject;
  if (live === undefined) return diffItem(subject, undefined, desired);
  const changes = compareFields(shownPart(live), shownPart(desired)).filter(({ to }) => to !== undefined);
  const fields = changes.map((change) => shownField(change, subject, live));
  return { ...itemOf(subject), action: actionOf(live, desired, fields), fields };
}

/**
 * The item of an object that others hold fields of, these first, then what else would change. Of a list or mapping that
 * is held as a whole (the versions of a CRD) what differs in it.
 */
export function conflictItem(
  subject: DiffSubject,
  conflicts: readonly (FieldChange & { readonly manager: string })[],
  rest: DiffItem,
): DiffItem {
  const fields = conflicts.flatMap(({ manager, ...change }) => {
    const whole = { ...shownField(change, subject, undefined), manager };
    const below = rest.fields.filter(({ path }) => path !== whole.path && isWithin(path, whole.path));
    return below.length === 0 ? [whole] : below.map((field) => ({ ...field, manager }));
  });
  const others = rest.fields.filter(({ path }) => fields.every((field) => field.path !== path));
  return { ...itemOf(subject), action: 'conflict', fields: [...fields, ...others] };
}

function itemOf({ task, desired }: DiffSubject): Pick<DiffItem, 'task' | 'object'> {
  return { task, object: referenceOf(desired) };
}

function actionOf(
  from: KubeObject | undefined,
  to: KubeObject | undefined,
  fields: readonly DiffField[],
): DiffAction {
  if (from === undefined) return 'create';
  if (to === undefined) return 'delete';
  return fields.length === 0 ? 'unchanged' : 'change';
}

const serverFields = [
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'uid',
  'selfLink',
];

/** Without what names the object, what only the server writes, and our own note of what was asked. */
function shownPart(object: KubeObject): JsonObject {
  const metadata = withoutKeys(object.metadata, [...serverFields, 'name', 'namespace', 'annotations']);
  const annotations = withoutKeys(object.metadata.annotations ?? {}, [digestAnnotation, secretsAnnotation]);
  const noted = Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
  return { ...withoutKeys(object, ['apiVersion', 'kind', 'status', 'metadata']), metadata: noted };
}

function shownField(
  { path, from, to }: FieldChange,
  { desired, redact }: DiffSubject,
  live: KubeObject | undefined,
): DiffField {
  const manager = live === undefined ? undefined : ownerOfField(live, path);
  const shown = isSecretValue(desired, path)
    ? { from: mask(from, 'before'), to: mask(to, 'after') }
    : { from: redactJson(from ?? null, redact), to: redactJson(to ?? null, redact) };
  return { path: quotePath(path, [desired, live]), ...shown, ...(manager !== undefined && { manager }) };
}

function isSecretValue({ apiVersion, kind }: KubeObject, path: string): boolean {
  return apiVersion === 'v1' && kind === 'Secret' && /^\.(?:data|stringData)(?:\.|$)/.test(path);
}

/** As `kubectl diff` writes it: that a value changed is told, which it is is not. */
function mask(value: Json | undefined, when: 'before' | 'after'): Json {
  return value === undefined || value === null ? null : `*** (${when})`;
}
