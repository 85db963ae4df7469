import type { ApiFailure } from '../cluster/api-failure.js';
import type { Json } from '../cluster/json.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { compareFields } from '../objects/compare-fields.js';
import type { FieldChange } from '../objects/compare-fields.js';
import { valueAt } from '../objects/field-path.js';
import { isSecret } from '../objects/owned-fields.js';
import type { FailureSides, PrintedFailure } from './printed-failure.js';

/** A field that another manager holds with another value than we ask for. */
export interface FieldConflict {
  readonly field: string;
  readonly manager: string;
}

/** The conflicts for which the server refused to apply an object; none for other failures. */
export function conflictingFields(failure: ApiFailure): readonly FieldConflict[] {
  if (failure.kind !== 'status') return [];
  return failure.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field, message }) => ({
      field: field ?? '',
      manager: /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'another manager',
    }));
}

/** Every conflict with its field, both managers and both values (a Secret's are not told), and what to do. */
export function printConflicts(
  conflicts: readonly FieldConflict[],
  object: KubeObject,
  { live }: FailureSides,
): PrintedFailure {
  const fields = conflicts.map(({ field, manager }) => {
    const values = isSecret(object) ? '' : printSides(field, { manager, object, live });
    return `${field} belongs to "${manager}"${values}`;
  });
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const known = managers.flatMap((manager) => explainManager(manager) ?? []);
  const said = known.length === 0 ? '' : `. ${known.join('. ')}`;
  return {
    cause: `${printReference(referenceOf(object))}: conflict with another field manager: ${fields.join('; ')}${said}`,
    advice: adviceFor(managers),
  };
}

/** Who writes under the names that people meet most, in a sentence without its end. */
function explainManager(manager: string): string | undefined {
  if (manager === 'kubectl-client-side-apply')
    return '"kubectl-client-side-apply" is `kubectl apply` without --server-side';
  if (/^kubectl-(?:edit|patch|scale|set|label|annotate|rollout)$/.test(manager))
    return `"${manager}" is somebody's hand: \`kubectl ${manager.slice('kubectl-'.length)}\``;
  if (manager === 'helm') return '"helm" is a release of helm that installed this object';
  return undefined;
}

function adviceFor(managers: readonly string[]): string {
  const moving = managers.every((manager) => ['kubectl-client-side-apply', 'helm'].includes(manager));
  return moving
    ? 'To hand the object over to Flotilla, deploy once with --force-conflicts, and no longer apply it otherwise.'
    : 'Take the field out of the manifest, or take it over with --force-conflicts.';
}

interface Sides extends FailureSides {
  readonly manager: string;
  readonly object: KubeObject;
}

const mostParts = 3;

/** Both values; of a list or mapping that is owned as a whole (the versions of a CRD) those of the parts that differ. */
function printSides(field: string, { manager, object, live }: Sides): string {
  const [now, asked] = [valueAt(live, field), valueAt(object, field)];
  const both = (change: Omit<FieldChange, 'path'>, absent: string) => printBoth(manager, change, absent);
  if (now === undefined || asked === undefined) return both({ from: now, to: asked }, 'not known');
  const changes = compareFields(now, asked, field);
  // What the server has added by itself is no part of the conflict.
  const telling = changes.filter(({ to }) => to !== undefined);
  const parts = telling.length === 0 ? changes : telling;
  const shown = parts
    .slice(0, mostParts)
    .map(({ path, ...change }) => `${path === field ? '' : ` in ${path}`}${both(change, 'not set')}`);
  const left = parts.length - shown.length;
  return `${shown.join(',')}${left === 0 ? '' : ` and in ${String(left)} more ${left === 1 ? 'field' : 'fields'}, which flotilla diff shows`}`;
}

function printBoth(manager: string, { from, to }: Omit<FieldChange, 'path'>, absent: string): string {
  const [theirs, ours] = [from, to].map((value) => (value === undefined ? absent : printValue(value)));
  return ` (flotilla: ${ours ?? absent}, ${manager}: ${theirs ?? absent})`;
}

const longestValue = 120;

/** Of long values only how long: what is cut anywhere could no longer be told from a secret, and would be shown. */
function printValue(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${String(text.length)} characters`;
}
