import type { ApiFailure } from '../cluster/api-failure.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { valueAt } from './field-path.js';
import { isSecret } from './owned-fields.js';
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
    const values = isSecret(object)
      ? ''
      : ` (flotilla: ${printAt(object, field)}, ${manager}: ${printAt(live, field)})`;
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

function printAt(object: KubeObject | undefined, path: string): string {
  const value = object === undefined ? undefined : valueAt(object, path);
  return value === undefined ? 'not known' : JSON.stringify(value);
}
