import type { Evidence } from '@flotilla/core';
import type { ApiFailure, StatusCause, StatusFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { isJsonObject } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { changedSpecFields } from './changed-fields.js';

/** A failed request about an object, for people: the cause in one sentence, and what to do. */
export interface PrintedFailure {
  readonly cause: string;
  readonly advice?: string;
}

/** `live` is what the cluster holds, for the values of conflicting fields. */
export function printFailure(failure: ApiFailure, object: KubeObject, live?: KubeObject): PrintedFailure {
  const subject = printReference(referenceOf(object));
  switch (failure.kind) {
    case 'aborted':
      return { cause: `${subject} was being applied when the task was stopped; whether it was is not known` };
    case 'unreachable':
      return { cause: `${subject}: the API server cannot be reached: ${failure.message}` };
    case 'status':
      return printStatus(failure, subject, { object, live });
  }
}

/** The evidence of an object that the API server did not take. */
export function refusalEvidence(failure: ApiFailure, object: KubeObject, live?: KubeObject): Evidence {
  const { namespace, name } = object.metadata;
  const place = namespace === undefined ? '' : ` -n ${namespace}`;
  return {
    ...printFailure(failure, object, live),
    object: referenceOf(object),
    state: 'not applied',
    events: [],
    logs: [],
    command: `kubectl${place} get ${object.kind.toLowerCase()} ${name} -o yaml --show-managed-fields`,
  };
}

/** The fields that may not change, when that is why the server refused; undefined for other failures. */
export function immutableFields(failure: ApiFailure): readonly string[] | undefined {
  if (failure.kind !== 'status' || failure.code !== 422) return undefined;
  const causes = failure.causes.filter((cause) =>
    /immutable|updates to .* are forbidden|may not change|Forbidden: updates to/i.test(cause.message),
  );
  const fields = [...new Set(causes.map((cause) => cause.field ?? ''))].filter((field) => field !== '');
  return causes.length === 0 ? undefined : fields;
}

/** Admission says 403 too; only the authorizer's answer is about who we are. */
export function isRbac(failure: ApiFailure): boolean {
  return (
    failure.kind === 'status' &&
    failure.code === 403 &&
    /cannot (?:patch|create|update|get|list|delete) resource/.test(failure.message)
  );
}

/** Conflicts and immutable fields are told with what the cluster holds: the live object, when it helps. */
export async function readForFailure(
  failure: ApiFailure,
  object: KubeObject,
  cluster: Cluster,
): Promise<KubeObject | undefined> {
  if (failure.kind !== 'status' || (failure.code !== 409 && failure.code !== 422)) return undefined;
  const live = await cluster.get(referenceOf(object));
  return live.ok ? live.value : undefined;
}

interface Sides {
  readonly object: KubeObject;
  readonly live?: KubeObject | undefined;
}

function printStatus(failure: StatusFailure, subject: string, sides: Sides): PrintedFailure {
  const conflicts = failure.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (conflicts.length > 0) return printConflicts(conflicts, subject, sides);
  const immutable = immutableFields(failure);
  if (immutable !== undefined) return printImmutable(immutable, failure, sides);
  if (isRbac(failure)) {
    return { cause: `${subject}: ${failure.message}`, advice: 'Ask for that right, or use another context.' };
  }
  if (failure.code === 404 && /namespaces? "/.test(failure.message)) {
    const namespace = sides.object.metadata.namespace ?? '';
    return {
      cause: `namespace ${namespace} does not exist`,
      advice: `Create it (kubectl create namespace ${namespace}), or add a Namespace to the manifests.`,
    };
  }
  return { cause: `${subject} is refused: ${failure.message}` };
}

function printImmutable(
  named: readonly string[],
  failure: StatusFailure,
  { object, live }: Sides,
): PrintedFailure {
  const subject = printReference(referenceOf(object));
  const fields = named.flatMap((field) => {
    if (field !== 'spec' || live === undefined) return [field];
    const mayChange = [...failure.message.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
    const changed = changedSpecFields(object, live, mayChange);
    return changed.length === 0 ? [field] : changed;
  });
  const { name, namespace } = object.metadata;
  const place = namespace === undefined ? '' : `-n ${namespace} `;
  return {
    cause: `${subject} cannot be changed in ${fields.join(', ') || 'these fields'}: they are immutable`,
    advice: `Put the old value back, or delete the object yourself and deploy again: kubectl ${place}delete ${object.kind.toLowerCase()} ${name}`,
  };
}

function printConflicts(conflicts: readonly StatusCause[], subject: string, sides: Sides): PrintedFailure {
  const fields = conflicts.map((cause) => {
    const manager = /conflict with "([^"]+)"/.exec(cause.message)?.[1] ?? 'another manager';
    const field = cause.field ?? '';
    const values =
      sides.object.kind === 'Secret'
        ? ''
        : ` (flotilla: ${printAt(sides.object, field)}, ${manager}: ${printAt(sides.live, field)})`;
    return `${field} belongs to "${manager}"${values}`;
  });
  return {
    cause: `${subject}: conflict with another field manager: ${fields.join('; ')}`,
    advice: 'Take the field out of the manifest, or take it over with --force-conflicts.',
  };
}

function printAt(object: KubeObject | undefined, path: string): string {
  const value = object === undefined ? undefined : valueAt(object, path);
  return value === undefined ? 'not known' : JSON.stringify(value);
}

/** The value at a path as the API server writes it: `.spec.containers[name="api"].image`, `.data.key`. */
export function valueAt(value: Json, path: string): Json | undefined {
  const steps = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  let at: Json | undefined = value;
  for (const step of steps) at = stepInto(at, step);
  return at;
}

function stepInto(value: Json | undefined, step: string): Json | undefined {
  if (!step.startsWith('[')) return isJsonObject(value) ? value[step] : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  const keys = [...step.matchAll(/([\w.-]+)=("[^"]*"|[^,\]]+)/g)];
  if (keys.length === 0) return items[Number(step.slice(1, -1))];
  return items.find(
    (item) =>
      isJsonObject(item) && keys.every(([, key = '', json = '']) => JSON.stringify(item[key]) === json),
  );
}
