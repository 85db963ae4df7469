import type { Diagnostic, Refusal, TaskId, TaskNode } from '@flotilla/core';
import { textOf } from '../cluster/json.js';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentLabel } from '../manifest/labels.js';
import { readReceipt, type Receipt, type TaskReceipt } from '../record/receipt.js';
import type { Pair } from '../record/task-digests.js';
import { compareTask, type Difference, type TaskComparison } from './compare-task.js';
import { createLiveObjects } from '../objects/live-objects.js';
import type { LiveObjects } from '../objects/live-objects.js';
import { fieldManager, managedFieldsOf } from '../objects/owned-fields.js';
import { printUnreachable } from '../prepare/preflight.js';
import { isRbac } from '../api-errors/print-failure.js';
import { prepareRun } from '../prepare/prepare-run.js';
import type { PrepareRunOptions } from '../prepare/prepare-options.js';
import type { PreparedRun } from '../prepare/prepared-run.js';

/** How what a task deploys stands against the files (cli.md, `status`). */
export type TaskState = 'in-sync' | 'drifted' | 'missing' | 'failed' | 'never-deployed';

export interface TaskStatus {
  readonly task: TaskId;
  readonly state: TaskState;
  /** When it was last changed, ISO 8601; null when it never was. */
  readonly since: string | null;
  /** The commit that changed it last; known only from receipts. */
  readonly commit: string | null;
  /** What differs, as `Deployment shop/api .spec.replicas (changed by kubectl)`. */
  readonly fields?: readonly string[];
}

/** A plan, and the cluster that it is compared with. */
export type StatusOptions = Pick<
  PrepareRunOptions,
  'file' | 'plan' | 'directory' | 'cluster' | 'namespace' | 'clock' | 'runProgram' | 'images' | 'redactor'
>;

export type StatusResult =
  | {
      readonly ok: true;
      readonly tasks: readonly TaskStatus[];
      /** Objects that a task asks for and that are there, but belong to somebody else: `Service shop/web (of shop2)`. */
      readonly foreign: readonly string[];
      /** What is known of the last run; undefined when there was none, or it may not be read. */
      readonly receipt: Receipt | undefined;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Compares what the plan would apply with what the cluster holds. Reads only; tasks without objects are left out. */
export async function readStatus(options: StatusOptions): Promise<StatusResult> {
  const { plan, cluster, clock, namespace } = options;
  const [prepared, recorded] = await Promise.all([
    // What belongs to somebody else is told, not refused: nothing is written.
    prepareRun({ ...options, preflight: false, takeOwnership: true }),
    readReceipt(cluster, { deployment: plan.name, namespace }),
  ]);
  if (!prepared.ok) return prepared;
  const receipt = recorded.ok ? recorded.value : undefined;
  const live = createLiveObjects(cluster, clock, { deployment: plan.name, namespace });
  const read = await Promise.all(
    plan.tasks.map((task) =>
      readTask(task, prepared.run, { live, cluster, receipt: receipt?.tasks[task.id] }),
    ),
  );
  const unread = live.unread();
  // Whoever may not look cannot say that something is missing.
  if (unread !== undefined) return { ok: false, refusal: refuseUnread(unread) };
  const tasks = read.filter((task) => task !== undefined);
  return {
    ok: true,
    tasks: tasks.map(({ status }) => status),
    foreign: tasks.flatMap(({ foreign }) => foreign),
    receipt,
  };
}

function refuseUnread(failure: ApiFailure): Refusal {
  if (!isRbac(failure)) return printUnreachable(failure);
  const message = `you may not read what is deployed: ${failure.kind === 'status' ? failure.message : failure.kind}`;
  return { exitCode: 77, message, help: 'Ask for the right to get, or to list, this kind.' };
}

interface Known {
  readonly live: LiveObjects;
  readonly cluster: Cluster;
  readonly receipt: TaskReceipt | undefined;
}

interface ReadTask {
  readonly status: TaskStatus;
  readonly foreign: readonly string[];
}

async function readTask(
  task: TaskNode,
  run: PreparedRun,
  { live, cluster, receipt }: Known,
): Promise<ReadTask | undefined> {
  const objects = run.objectsOf(task.id);
  if (objects.length === 0 || task.kind === 'remove-environment') return undefined;
  const judge = run.context.judgeOf(task.id);
  const comparison = await compareTask({ kind: task.kind, objects, judge, receipt }, live);
  const isThere = new Set(comparison.pairs.map(({ desired }) => desired));
  const absent = objects.filter((object) => !isThere.has(object));
  const fields = comparison.differences.map(({ text }) => text);
  const status = {
    task: task.id,
    state: stateOf(comparison, receipt),
    since: receipt?.at ?? lastApplied(comparison.pairs),
    commit: receipt?.commit ?? null,
    ...(fields.length > 0 && { fields }),
  };
  const neverDeployed = { task: task.id, state: status.state, since: null, commit: null };
  return {
    status: status.state === 'never-deployed' ? neverDeployed : status,
    foreign: await findForeign(absent, cluster),
  };
}

function stateOf({ differences, pairs }: TaskComparison, receipt: TaskReceipt | undefined): TaskState {
  const has = (kind: Difference['kind']) => differences.some((difference) => difference.kind === kind);
  if (pairs.length === 0 && has('missing') && receipt === undefined) return 'never-deployed';
  const endedBadly = receipt?.outcome === 'failed' || receipt?.outcome === 'timed-out';
  if (differences.some(({ failed }) => failed === true) || (has('unhealthy') && endedBadly)) return 'failed';
  if (has('missing')) return 'missing';
  return has('drift') || has('input') ? 'drifted' : 'in-sync';
}

/** Objects without our labels are not ours, even when they have the name that we want. */
async function findForeign(absent: readonly KubeObject[], cluster: Cluster): Promise<readonly string[]> {
  const found = await Promise.all(absent.map((object) => cluster.get(referenceOf(object))));
  return found.flatMap((result) => (result.ok && result.value !== undefined ? [foreign(result.value)] : []));
}

function foreign(object: KubeObject): string {
  const owner =
    object.metadata.labels?.[deploymentLabel] ?? object.metadata.labels?.['app.kubernetes.io/managed-by'];
  return `${printReference(referenceOf(object))}${owner === undefined ? '' : ` (of ${owner})`}`;
}

function lastApplied(pairs: readonly Pair[]): string | null {
  const times = pairs.flatMap(({ live }) =>
    managedFieldsOf(live)
      .filter((entry) => entry['manager'] === fieldManager)
      .map((entry) => textOf(entry, 'time')),
  );
  return times.sort().at(-1) ?? null;
}
