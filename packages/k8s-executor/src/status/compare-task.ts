import { isJsonObject, mappingOf } from '../cluster/json.js';
import type { Json } from '../cluster/json.js';
import { part, printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { ReadinessRule } from '../readiness/readiness.js';
import type { TaskReceipt } from '../record/receipt.js';
import { desiredDigest, liveDigest, type Pair } from '../record/task-digests.js';
import { leavesBelow } from '../objects/changed-fields.js';
import { digestAnnotationOf } from '../objects/digest.js';
import type { LiveObjects } from '../objects/live-objects.js';
import { isSecret, lostFields, ownerOfField } from '../objects/owned-fields.js';
import { printPlace, valueAt } from '../objects/field-path.js';

/** One way in which what a task deploys is not what the cluster holds, in words: `Deployment shop/api .spec.replicas (changed by kubectl)`. */
export interface Difference {
  /**
   * `input`: the files ask for something else than what was deployed. `drift`: somebody else has changed a field.
   * `missing`: an object is not there. `unhealthy`: it is as asked, but not ready.
   */
  readonly kind: 'input' | 'drift' | 'missing' | 'unhealthy';
  readonly text: string;
  /** Set when the object has failed, rather than being on its way. */
  readonly failed?: boolean;
}

export interface TaskComparison {
  readonly differences: readonly Difference[];
  readonly pairs: readonly Pair[];
}

/** What a task is compared by. `receipt` is what is known of the last run; absent when there was none. */
export interface ComparedTask {
  readonly kind: 'service' | 'job' | 'chart';
  /** As rendered now. */
  readonly objects: readonly KubeObject[];
  readonly judge: ReadinessRule;
  readonly receipt: TaskReceipt | undefined;
}

/** Every way in which the cluster does not hold what a task asks for, owned by us and healthy; none when it does. */
export async function compareTask(task: ComparedTask, live: LiveObjects): Promise<TaskComparison> {
  const found = await Promise.all(
    task.objects.map(async (desired) => ({ desired, live: await live.find(desired) })),
  );
  const pairs = found.flatMap((each) => (each.live === undefined ? [] : [{ ...each, live: each.live }]));
  const missing = found.filter((each) => each.live === undefined && !hasExpired(each.desired, task));
  const differences = [
    ...missing.map(({ desired }) => missed(desired)),
    ...pairs.flatMap(differencesOf),
    ...pairs.flatMap(({ live: object }) => healthOf(object, task)),
  ];
  return { differences: [...differences, ...recordedDifferences(task, pairs, differences)], pairs };
}

function missed(desired: KubeObject): Difference {
  return { kind: 'missing', text: `${printReference(referenceOf(desired))} is not there` };
}

/** A job that cleans up behind itself is not there because it has run. */
function hasExpired(desired: KubeObject, { kind, objects, receipt }: ComparedTask): boolean {
  if (kind !== 'job' || receipt === undefined || receipt.desired !== desiredDigest(objects)) return false;
  return part(desired, 'spec')['ttlSecondsAfterFinished'] !== undefined && receipt.outcome !== 'failed';
}

/** What others have taken; where nothing was taken, what the files ask for and the object does not say. */
function differencesOf({ desired, live }: Pair): readonly Difference[] {
  const subject = printReference(referenceOf(desired));
  if (live.metadata.deletionTimestamp !== undefined)
    return [{ kind: 'missing', text: `${subject} is being deleted` }];
  const isSame = digestAnnotationOf(live) === digestAnnotationOf(desired);
  if (!isSame) return changedFields(desired, live).map((text) => ({ kind: 'input', text }));
  const lost = lostFields(desired, live).flatMap((field) => leavesBelow(valueAt(desired, field), field));
  const drift = lost.map((field) => `${subject} ${printLost(live, field)}`);
  const secrets = changedSecrets(desired, live)
    .filter((field) => !lost.includes(field))
    .map((field) => `${subject} ${field} has another value than the files say`);
  return [...drift, ...secrets].map((text) => ({ kind: 'drift', text }));
}

function printLost(live: KubeObject, field: string): string {
  if (field === '.') return 'was written by others: Flotilla owns no field of it any more';
  const owner = ownerOfField(live, field);
  return `${field} (${owner === undefined ? 'removed' : `changed by ${owner}`})`;
}

/** Receipts say nothing of a Secret's values, so they are compared here; never shown. */
function changedSecrets(desired: KubeObject, live: KubeObject): readonly string[] {
  if (!isSecret(desired)) return [];
  const now = mappingOf(live, 'data');
  return Object.entries(mappingOf(desired, 'data'))
    .filter(([key, value]) => now[key] !== undefined && now[key] !== value)
    .map(([key]) => `.data.${key}`);
}

/** The fields for which the files ask something else than the object says; the object alone when it is not to be seen. */
function changedFields(desired: KubeObject, live: KubeObject): readonly string[] {
  const subject = printReference(referenceOf(desired));
  const fields = changesBelow(desired, live, '').filter((path) => !path.startsWith('.metadata.annotations'));
  return fields.length === 0
    ? [`${subject} is not what the files say`]
    : fields.map((path) => `${subject} ${path} is not what the files say`);
}

function changesBelow(desired: Json | undefined, live: Json | undefined, path: string): readonly string[] {
  if (desired === undefined || desired === null) return [];
  if (Array.isArray(desired)) {
    const items = desired as readonly Json[];
    if (!Array.isArray(live) || live.length !== items.length) return [path];
    const now = live as readonly Json[];
    return items.flatMap((item, at) => changesBelow(item, now[at], path + printPlace(item, at)));
  }
  if (!isJsonObject(desired)) return desired === live ? [] : [path];
  if (!isJsonObject(live)) return Object.keys(desired).length === 0 ? [] : [path];
  return Object.entries(desired).flatMap(([key, value]) => changesBelow(value, live[key], `${path}.${key}`));
}

function healthOf(object: KubeObject, { judge }: ComparedTask): readonly Difference[] {
  const { status, message } = judge(object);
  // That it is being deleted is told already.
  if (status === 'current' || object.metadata.deletionTimestamp !== undefined) return [];
  const text = `${printReference(referenceOf(object))} is not ready: ${message}`;
  return [{ kind: 'unhealthy', text, failed: status === 'failed' }];
}

/** What only the receipt tells: objects that are no longer asked for, and changes under our own name. */
function recordedDifferences(
  { objects, receipt }: ComparedTask,
  pairs: readonly Pair[],
  seen: readonly Difference[],
): readonly Difference[] {
  if (receipt === undefined) return [];
  if (seen.some(({ kind }) => kind !== 'unhealthy')) return [];
  if (receipt.desired !== desiredDigest(objects))
    return [{ kind: 'input', text: 'the files ask for other objects than were deployed last' }];
  const isWhole = receipt.live !== null && pairs.length === objects.length;
  if (!isWhole || receipt.live === liveDigest(pairs)) return [];
  return [
    {
      kind: 'drift',
      text: 'a field that flotilla owns has another value than the last deploy gave it: somebody wrote under that name',
    },
  ];
}
