import type { DeploymentFile, Diagnostic, Plan, Refusal, TaskId } from '@flotilla/core';
import type { Clock } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { RunProgram } from '../manifest/run-program.js';
import { judge } from '../readiness/judge.js';
import { textOf } from '../readiness/readiness.js';
import { digestAnnotationOf } from './digest.js';
import { createLiveObjects } from './live-objects.js';
import type { LiveObjects } from './live-objects.js';
import { leavesBelow } from './changed-fields.js';
import { fieldManager, lostFields, managedFieldsOf, ownerOfField } from './owned-fields.js';
import { valueAt } from './print-failure.js';
import { prepareRun } from './prepare-run.js';

/** How what a task deploys stands against the files (cli.md, `status`). */
export type TaskState = 'in-sync' | 'drifted' | 'missing' | 'failed' | 'never-deployed';

export interface TaskStatus {
  readonly task: TaskId;
  readonly state: TaskState;
  /** When it was last applied, as the API server writes times; null when it never was. */
  readonly since: string | null;
  /** Which commit was deployed; known only from receipts. */
  readonly commit: null;
  /** What differs, as `Deployment shop/api .spec.replicas (changed by kubectl)`. */
  readonly fields?: readonly string[];
}

export interface StatusOptions {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  readonly directory: string;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  readonly runProgram?: RunProgram;
}

export type StatusResult =
  | { readonly ok: true; readonly tasks: readonly TaskStatus[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Compares what the plan would apply with what the cluster holds. Reads only; tasks without objects are left out. */
export async function readStatus(options: StatusOptions): Promise<StatusResult> {
  const prepared = await prepareRun({ ...options, preflight: false });
  if (!prepared.ok) return prepared;
  const { plan, cluster, clock, namespace } = options;
  const live = createLiveObjects(cluster, clock, { deployment: plan.name, namespace });
  const tasks = await Promise.all(
    plan.tasks.map(async (task) => taskStatus(task.id, prepared.run.objectsOf(task.id), live)),
  );
  return { ok: true, tasks: tasks.filter((task) => task !== undefined) };
}

interface Pair {
  readonly desired: KubeObject;
  readonly live: KubeObject;
}

async function taskStatus(
  task: TaskId,
  objects: readonly KubeObject[],
  live: LiveObjects,
): Promise<TaskStatus | undefined> {
  if (objects.length === 0) return undefined;
  const found = await Promise.all(objects.map((object) => live.find(object)));
  const pairs = objects.flatMap((desired, index) => {
    const state = found[index];
    return state === undefined ? [] : [{ desired, live: state }];
  });
  const since = lastApplied(pairs);
  const base = { task, since, commit: null };
  if (pairs.length === 0) return { ...base, state: 'never-deployed' };
  if (pairs.length < objects.length) {
    const missing = objects.filter((_, index) => found[index] === undefined);
    return {
      ...base,
      state: 'missing',
      fields: missing.map((object) => printReference(referenceOf(object))),
    };
  }
  if (pairs.some((pair) => judge(pair.live).status === 'failed')) return { ...base, state: 'failed' };
  const fields = pairs.flatMap(driftOf);
  return fields.length === 0 ? { ...base, state: 'in-sync' } : { ...base, state: 'drifted', fields };
}

/** The fields that others have taken; the object's digest when the files ask for something else now. */
function driftOf({ desired, live }: Pair): readonly string[] {
  const subject = printReference(referenceOf(desired));
  const lost = lostFields(desired, live).flatMap((field) => leavesBelow(valueAt(desired, field), field));
  if (lost.length > 0) return lost.map((field) => `${subject} ${field}${printOwner(live, field)}`);
  return digestAnnotationOf(live) === digestAnnotationOf(desired)
    ? []
    : [`${subject} differs from the files`];
}

function printOwner(live: KubeObject, field: string): string {
  const owner = ownerOfField(live, field);
  return owner === undefined ? '' : ` (changed by ${owner})`;
}

function lastApplied(pairs: readonly Pair[]): string | null {
  const times = pairs.flatMap(({ live }) =>
    managedFieldsOf(live)
      .filter((entry) => entry['manager'] === fieldManager)
      .map((entry) => textOf(entry, 'time')),
  );
  return times.sort().at(-1) ?? null;
}
