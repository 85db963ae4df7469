import type { Evidence } from '@flotilla/core';
import type { ApiFailure, StatusFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { changedSpecFields } from '../objects/changed-fields.js';
import { conflictingFields, printConflicts } from './field-conflicts.js';
import { valueAt } from '../objects/field-path.js';
import { immutableFields } from './immutable-fields.js';
import { lookFurther } from './look-further.js';
import { isOverload, overloadAdvice, printOverload } from './overload.js';
import { isSecret } from '../objects/owned-fields.js';
import { bringerOf } from './plan-facts.js';
import type { FailureSides, PrintedFailure } from './printed-failure.js';
import { holdsMore } from '../objects/holds-more.js';
import { silentWebhook } from './webhook-failure.js';
import type { SilentWebhook } from './webhook-failure.js';

/** What the API server said about an object, for people. */
export function printFailure(
  failure: ApiFailure,
  object: KubeObject,
  sides: FailureSides = {},
): PrintedFailure {
  const subject = printReference(referenceOf(object));
  switch (failure.kind) {
    case 'aborted':
      return { cause: `${subject} was being applied when the task was stopped; whether it was is not known` };
    case 'unreachable':
      return { cause: `${subject}: the API server cannot be reached: ${failure.message}` };
    case 'status':
      return printStatus(failure, subject, { ...sides, object });
  }
}

/** The evidence of an object that the API server did not take. */
export function refusalEvidence(failure: ApiFailure, object: KubeObject, sides: FailureSides = {}): Evidence {
  return {
    ...printFailure(failure, object, sides),
    object: referenceOf(object),
    state: 'not applied',
    events: [],
    logs: [],
    command: lookFurther(failure, object),
  };
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

interface Sides extends FailureSides {
  readonly object: KubeObject;
}

function printStatus(failure: StatusFailure, subject: string, sides: Sides): PrintedFailure {
  const conflicts = conflictingFields(failure);
  if (conflicts.length > 0) return printConflicts(conflicts, sides.object, sides);
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
  if (isOverload(failure))
    return { cause: `${subject}: the API server ${printOverload(failure)}`, advice: overloadAdvice };
  const webhook = silentWebhook(failure);
  if (webhook !== undefined) return printSilentWebhook(webhook, subject, sides);
  return printRejection(failure, subject);
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
  const what = fields.map((field) => `${field}${printValues(field, object, live)}`).join(', ');
  return {
    cause: `${subject} cannot be changed in ${what || 'these fields'}: ${fields.length === 1 ? 'it is' : 'they are'} immutable`,
    advice: `Put the old value back, or ${adviseReplacing(object)}`,
  };
}

function adviseReplacing(object: KubeObject): string {
  const { name, namespace } = object.metadata;
  const place = namespace === undefined ? '' : `-n ${namespace} `;
  return holdsMore(object)
    ? `delete it yourself with all that it holds, and deploy again: kubectl ${place}delete ${object.kind.toLowerCase()} ${name}`
    : 'let it be deleted and made anew: --replace';
}

const longestValue = 80;

/** ` (now "a", asked "b")`, where both are known, short, and nobody's secret. */
function printValues(field: string, object: KubeObject, live: KubeObject | undefined): string {
  if (isSecret(object)) return '';
  const [now, asked] = [valueAt(live, field), valueAt(object, field)].map((value) => JSON.stringify(value));
  if (now === undefined || asked === undefined) return '';
  return now.length + asked.length > 2 * longestValue ? '' : ` (now ${now}, asked ${asked})`;
}

function printSilentWebhook(
  { kind, name, why }: SilentWebhook,
  subject: string,
  { object, facts }: Sides,
): PrintedFailure {
  const bringer =
    facts === undefined
      ? undefined
      : kind === 'conversion'
        ? bringerOf(object, facts)
        : facts.webhooks.get(name);
  if (bringer === undefined) {
    return {
      cause: `${subject} is refused: the webhook ${name} does not answer: ${why}`,
      advice: 'It is not part of this plan: look after what serves it, then deploy again.',
    };
  }
  return {
    cause: `${subject} is refused: the webhook ${name}, which ${bringer} brings, does not answer: ${why}`,
    advice: /x509|certificate/.test(why)
      ? 'The API server does not trust its certificate: look at the caBundle of the webhook, and at who issues the certificate.'
      : `Deploy the object in a task that waits for ${bringer} (a later step, depends_on): the webhook answers once its pods are ready.`,
  };
}

/** Mistakes in fields in words that people use; all else in the API server's own. */
function printRejection({ message }: StatusFailure, subject: string): PrintedFailure {
  const leaving = /in namespace (\S+) because it is being terminated/.exec(message)?.[1];
  if (leaving !== undefined) return printLeaving(leaving, subject);
  const typed = /failed to create typed patch object \([^)]*\): (?:errors:\s*)?(.*)$/s.exec(message)?.[1];
  if (typed === undefined) return { cause: `${subject} is refused: ${message}` };
  const faults = typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(printTypeFault);
  return { cause: `${subject} is refused: ${faults.join('; ')}` };
}

function printLeaving(namespace: string, subject: string): PrintedFailure {
  return {
    cause: `${subject} is refused: namespace ${namespace} is being deleted`,
    advice: `Wait until it is gone, then deploy with --create-namespace. What holds it: kubectl get namespace ${namespace} -o yaml`,
  };
}

function printTypeFault(fault: string): string {
  const unknown = /^(\S+): field not declared in schema$/.exec(fault);
  if (unknown !== null) return `there is no field ${unknown[1] ?? ''}`;
  const wrong = /^(.+): expected (\w+), got &(?:value\.valueUnstructured|\{)?\{?(?:Value:)?(.*?)\}*$/.exec(
    fault,
  );
  if (wrong === null) return fault;
  const [, path = '', expected = '', value = ''] = wrong;
  const hint = expected === 'string' ? ': quote it' : '';
  return `${path} is ${value}, which is no ${expected}${hint}`;
}
