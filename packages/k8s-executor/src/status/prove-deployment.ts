import type { DeploymentFile, Diagnostic, Plan, Refusal, TaskNode } from '@flotilla/core';
import { taskId } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import { compareTask, type Difference } from './compare-task.js';
import { printUnreachable } from '../prepare/preflight.js';
import type { PrepareRunOptions } from '../prepare/prepare-options.js';
import { prepareRun } from '../prepare/prepare-run.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { readClusterUid } from '../record/cluster-uid.js';
import { decodeJournal } from '../record/journal/journal-document.js';
import { guardWrites } from '../record/lock/guard-writes.js';
import { readReceipt, type Receipt, type ReceiptPlace } from '../record/receipt.js';
import { recordName } from '../record/record-names.js';
import { recordsAtOnce } from '../record/records-at-once.js';

/** A deployment that is to be compared with what its environment runs. */
export interface ProveOptions extends Pick<
  PrepareRunOptions,
  'file' | 'plan' | 'directory' | 'cluster' | 'namespace' | 'clock' | 'runProgram' | 'images' | 'redactor'
> {
  /** What tells the cluster apart, where that is known already. */
  readonly clusterUid?: Promise<string | null>;
}

/** Why a deployment has to run: in general, or for a task. */
export interface ProofReason {
  readonly kind: Difference['kind'] | 'never-deployed' | 'last-run';
  /** The task's id; absent when it is about all of them. */
  readonly task?: string;
  /** For people; holds no secret. */
  readonly text: string;
}

/**
 * Whether the cluster holds exactly what the files ask for, owned by us, healthy, and reached by a run that ended well.
 * Then `token` is the one under which that was recorded; else it is null and the reasons say why.
 */
export interface Proof {
  readonly inSync: boolean;
  readonly token: string | null;
  readonly clusterUid: string | null;
  readonly namespace: string;
  readonly reasons: readonly ProofReason[];
}

/** `wrong`: the files cannot be rendered or are refused; `refused`: the cluster cannot be asked. Neither says anything of sync. */
export type ProofResult =
  | { readonly kind: 'proved'; readonly proof: Proof; readonly receipt: Receipt | undefined }
  | { readonly kind: 'wrong'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Compares what the files ask for with the receipt and the live objects (nx.md, "The cache must never lie"). Reads only.
 * What cannot be read counts as different: a needless run is safe, a false proof is not.
 */
export async function proveDeployment(options: ProveOptions): Promise<ProofResult> {
  const { namespace, plan } = options;
  const place = { deployment: plan.name, namespace };
  // Nobody has its lock: a write would be our own bug.
  const { cluster: reading } = guardWrites(options.cluster);
  const cluster = { ...reading, get: recordsAtOnce(reading, place) };
  const [prepared, receipt, begun, clusterUid] = await Promise.all([
    prepareRun({ ...options, cluster, preflight: false }),
    readReceipt(cluster, place),
    readLastBegun(cluster, place),
    options.clusterUid ?? readClusterUid(cluster),
  ]);
  if (!prepared.ok && 'refusal' in prepared) return { kind: 'refused', refusal: prepared.refusal };
  if (!receipt.ok) return { kind: 'refused', refusal: refuseUnread(receipt.failure) };
  if (!prepared.ok) {
    const { diagnostics } = prepared;
    if (!diagnostics.every(isOwnership)) return { kind: 'wrong', diagnostics };
    const reasons = diagnostics.map(({ message }) => ({ kind: 'missing', text: message }) as const);
    const proof = { inSync: false, token: null, clusterUid, namespace, reasons };
    return { kind: 'proved', proof, receipt: receipt.value };
  }
  const different = await findReasons(options, prepared.run, receipt.value);
  const reasons = [...different, ...unfinishedRun(receipt.value, begun)];
  const token = receipt.value?.tokens[plan.workflow] ?? null;
  const inSync = reasons.length === 0 && token !== null;
  const proof = { inSync, token: inSync ? token : null, clusterUid, namespace, reasons };
  return { kind: 'proved', proof, receipt: receipt.value };
}

/** What somebody else has is not deployed from here; that it must change hands first is the business of a deploy. */
function isOwnership({ code }: Diagnostic): boolean {
  return code === 'manifest/owned-by-another';
}

function refuseUnread(failure: ApiFailure): Refusal {
  if (failure.kind !== 'status' || failure.code !== 403) return printUnreachable(failure);
  const message = `you may not read what is recorded of the deployment: ${failure.message}`;
  return { exitCode: 77, message, help: 'Ask for the right to get configmaps in the namespace.' };
}

/** The name of the run that has begun last, by the journal; `unknown` when that cannot be read. */
async function readLastBegun(
  cluster: ProveOptions['cluster'],
  place: ReceiptPlace,
): Promise<string | undefined> {
  const { deployment, namespace } = place;
  const name = recordName(deployment, 'journal');
  const found = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  if (!found.ok) return 'unknown';
  return found.value === undefined ? undefined : (decodeJournal(found.value)?.header.run ?? 'unknown');
}

/** What a run did that was killed, or still runs, no receipt tells. */
function unfinishedRun(receipt: Receipt | undefined, begun: string | undefined): readonly ProofReason[] {
  if (receipt === undefined || begun === undefined || begun === receipt.run) return [];
  return [{ kind: 'last-run', text: `the last run (${begun}) has not come to its end` }];
}

async function findReasons(
  options: ProveOptions,
  run: PreparedRun,
  receipt: Receipt | undefined,
): Promise<readonly ProofReason[]> {
  const { plan, file } = options;
  if (receipt === undefined)
    return [{ kind: 'never-deployed', text: `no run of ${plan.name} is recorded in this cluster` }];
  const compared = await Promise.all(
    plan.tasks.map((task) =>
      reasonsOf(task, {
        objects: run.objectsOf(task.id),
        judge: run.context.judgeOf(task.id),
        receipt,
        live: run.context.live,
      }),
    ),
  );
  const reasons = [...compared.flat(), ...removedTasks(file, receipt)];
  return reasons.length > 0 ? reasons : lastRun(plan, receipt);
}

async function reasonsOf(
  task: TaskNode,
  known: {
    readonly objects: Parameters<typeof compareTask>[0]['objects'];
    readonly judge: Parameters<typeof compareTask>[0]['judge'];
    readonly receipt: Receipt;
    readonly live: Parameters<typeof compareTask>[1];
  },
): Promise<readonly ProofReason[]> {
  // A removal is never "as asked": there is nothing that could prove it.
  if (task.kind === 'remove-environment')
    return [{ kind: 'input', task: task.id, text: 'it removes the deployment' }];
  if (known.objects.length === 0) return [];
  const receipt = known.receipt.tasks[task.id];
  if (receipt === undefined)
    return [{ kind: 'never-deployed', task: task.id, text: 'it was never deployed' }];
  const { kind } = task;
  const { objects, judge, live } = known;
  const { differences } = await compareTask({ kind, objects, judge, receipt }, live);
  if (differences.length === 0 && receipt.live === null)
    return [{ kind: 'last-run', task: task.id, text: `the last run left it ${receipt.outcome}` }];
  return differences.map((difference) => ({ kind: difference.kind, task: task.id, text: difference.text }));
}

/** Deployed, but no longer in the file: to be taken away. */
function removedTasks(file: DeploymentFile, receipt: Receipt): readonly ProofReason[] {
  const defined = new Set<string>([
    ...file.services.map(({ name }) => taskId('services', name.value)),
    ...file.jobs.map(({ name }) => taskId('jobs', name.value)),
    ...file.charts.map(({ name }) => taskId('charts', name.value)),
  ]);
  return Object.keys(receipt.tasks)
    .filter((task) => !defined.has(task))
    .map((task) => ({ kind: 'input', task, text: 'it is deployed, but the file no longer has it' }));
}

function lastRun({ workflow }: Plan, receipt: Receipt): readonly ProofReason[] {
  if (receipt.tokens[workflow] !== undefined) return [];
  const ended = receipt.outcome === 'succeeded' ? 'was of another workflow' : `ended ${receipt.outcome}`;
  return [{ kind: 'last-run', text: `the last run (${receipt.workflow}, ${receipt.at}) ${ended}` }];
}
