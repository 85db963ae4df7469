import { removeEnvironmentId, taskId } from '@flotilla/core';
import type { DeploymentFile, Plan, RunSettled, TaskId, TaskSummary } from '@flotilla/core';
import type { ApiResult } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { LiveObjects } from '../objects/live-objects.js';
import { readClusterUid } from './cluster-uid.js';
import { deleteReceipt, readReceipt, writeReceipt } from './receipt.js';
import type { Receipt, ReceiptPlace, TaskReceipt } from './receipt.js';
import type { RunOrigin } from './run-origin.js';
import { liveDigest } from './task-digests.js';

/** A run that has ended, and what is needed to write down what it left. */
export interface RecordedRun {
  readonly run: string;
  readonly file: DeploymentFile;
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly settled: RunSettled;
  readonly objectsOf: (task: TaskId) => readonly KubeObject[];
  /** `desiredDigest` of these objects. */
  readonly desiredDigestOf: (task: TaskId) => string;
  /** `jobIdentity` of a job's task; undefined for others, and where it is not known. */
  readonly identityOf: (task: TaskId) => Promise<string | undefined>;
  /** The live state as it is now. */
  readonly live: LiveObjects;
  readonly origin: RunOrigin;
  /** When the run ended. */
  readonly at: Date;
  /** By which the run's result can be known again, when it was good; absent: one that no cache has ever stored. */
  readonly token?: string;
}

/**
 * Writes the receipt of a run. Tasks that it did not reach keep what was known of them; tasks that the file no longer
 * defines are forgotten. A removal of the environment takes all that was known with it: what the run has deployed since
 * is what the receipt says then, and without that there is none.
 */
export async function recordRun(recorded: RecordedRun): Promise<ApiResult<unknown>> {
  const { cluster, plan, namespace, settled } = recorded;
  const place = { deployment: plan.name, namespace };
  const removal = settled.tasks.find(({ task }) => task === removeEnvironmentId);
  if (removal !== undefined && isGood(removal)) return await recordSince(removal, recorded, place);
  const earlier = await readReceipt(cluster, place);
  if (!earlier.ok) return earlier;
  return await writeReceipt(cluster, place, await receiptOf(recorded, settled.tasks, earlier.value));
}

async function recordSince(
  removal: TaskSummary,
  recorded: RecordedRun,
  place: ReceiptPlace,
): Promise<ApiResult<unknown>> {
  const isSince = ({ startedAt }: TaskSummary) => startedAt !== null && startedAt >= removal.settledAt;
  const since = recorded.settled.tasks.filter((summary) => summary !== removal && isSince(summary));
  if (since.length === 0) return await deleteReceipt(recorded.cluster, place);
  // Whoever finds the result of such a run again has not removed anything by that.
  const receipt = { ...(await receiptOf(recorded, since, undefined)), tokens: {} };
  return await writeReceipt(recorded.cluster, place, receipt);
}

async function receiptOf(
  recorded: RecordedRun,
  tasks: readonly TaskSummary[],
  earlier: Receipt | undefined,
): Promise<Receipt> {
  const { run, plan, settled, origin, at, cluster } = recorded;
  const clusterUid = earlier?.clusterUid ?? (await readClusterUid(cluster));
  const entries = await Promise.all(
    tasks.map(async (summary) => [summary.task, await taskReceipt(summary, recorded, earlier)] as const),
  );
  const ran = entries.filter((entry): entry is [TaskId, TaskReceipt] => entry[1] !== undefined);
  return {
    run,
    workflow: plan.workflow,
    outcome: settled.outcome,
    at: at.toISOString(),
    commit: origin.commit,
    who: origin.who,
    plan: plan.digest,
    clusterUid,
    tokens: tokensAfter(recorded, earlier),
    tasks: { ...keptTasks(recorded.file, earlier), ...Object.fromEntries(ran) },
  };
}

function keptTasks(file: DeploymentFile, earlier: Receipt | undefined): Receipt['tasks'] {
  const defined = new Set<string>([
    ...file.services.map(({ name }) => taskId('services', name.value)),
    ...file.jobs.map(({ name }) => taskId('jobs', name.value)),
    ...file.charts.map(({ name }) => taskId('charts', name.value)),
  ]);
  return Object.fromEntries(Object.entries(earlier?.tasks ?? {}).filter(([task]) => defined.has(task)));
}

/**
 * Whoever changes something takes the tokens of the other workflows away; a run that did not end well takes all. A
 * run that found everything as asked lets the token stand under which that was reached.
 */
function tokensAfter(recorded: RecordedRun, earlier: Receipt | undefined): Receipt['tokens'] {
  const { plan, settled, token, run } = recorded;
  if (settled.outcome !== 'succeeded') return {};
  const unchanged = settled.tasks.every(({ outcome }) => outcome === 'unchanged');
  const standing = unchanged ? earlier?.tokens : {};
  return { ...standing, [plan.workflow]: token ?? standing?.[plan.workflow] ?? run };
}

async function taskReceipt(
  summary: TaskSummary,
  recorded: RecordedRun,
  earlier: Receipt | undefined,
): Promise<TaskReceipt | undefined> {
  const { task, outcome } = summary;
  const known = earlier?.tasks[task];
  const objects = recorded.objectsOf(task);
  if (objects.length === 0) return undefined;
  if (outcome === 'skipped') return known;
  const desired = recorded.desiredDigestOf(task);
  const identity = isGood(summary) ? await recorded.identityOf(task) : undefined;
  const isProved = identity !== undefined && known?.identity === identity;
  const isKnown = known?.desired === desired && (known.live !== null || isProved);
  if (outcome === 'unchanged' && isKnown) return { ...known, outcome };
  return {
    desired,
    live: isGood(summary) ? await digestNow(objects, recorded.live) : null,
    outcome,
    at: recorded.at.toISOString(),
    commit: recorded.origin.commit,
    run: recorded.run,
    durationMs: durationOf(summary) ?? known?.durationMs ?? null,
    ...(identity !== undefined && { identity }),
  };
}

/** What was there already says nothing of how long it takes. */
function durationOf({ outcome, startedAt, settledAt }: TaskSummary): number | undefined {
  return outcome === 'succeeded' && startedAt !== null ? settledAt - startedAt : undefined;
}

async function digestNow(objects: readonly KubeObject[], live: LiveObjects): Promise<string | null> {
  const found = await Promise.all(
    objects.map(async (desired) => ({ desired, live: await live.find(desired) })),
  );
  const pairs = found.flatMap((pair) => (pair.live === undefined ? [] : [{ ...pair, live: pair.live }]));
  return pairs.length === found.length ? liveDigest(pairs) : null;
}

/** The task came to its end well, sooner or later. */
function isGood({ outcome }: TaskSummary): boolean {
  return outcome === 'succeeded' || outcome === 'unchanged' || outcome === 'recovered';
}
