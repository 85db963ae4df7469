import type { RunOutcome, TaskId, TaskOutcomeKind } from '@flotilla/core';
import type { ApiResult } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { isJsonObject } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { recordLabels, recordName } from './record-names.js';

/** What the cluster remembers of a task: what was asked for, what came of it. */
export interface TaskReceipt {
  /** See `desiredDigest`. */
  readonly desired: string;
  /** See `liveDigest`; null when the task did not come to its end well. */
  readonly live: string | null;
  readonly outcome: TaskOutcomeKind;
  /** When it was last changed, ISO 8601. */
  readonly at: string;
  /** The commit that changed it last. */
  readonly commit: string | null;
  readonly run: string;
  /** How long it took from its start until it was ready, when it was last changed; null when that was never seen. */
  readonly durationMs: number | null;
  /** Of a job that has succeeded (see `jobIdentity`): it proves so when the job itself is gone. */
  readonly identity?: string;
}

/**
 * What is deployed: written at the end of every run that began, halted and degraded ones too (execution.md §4). Holds
 * digests and names, never a value of an object.
 */
export interface Receipt {
  readonly run: string;
  readonly workflow: string;
  readonly outcome: RunOutcome;
  /** When the run ended, ISO 8601. */
  readonly at: string;
  readonly commit: string | null;
  readonly who: string | null;
  /** The digest of the plan that ran. */
  readonly plan: string;
  /** The UID of kube-system, which tells clusters apart; null where it may not be read. */
  readonly clusterUid: string | null;
  /** By workflow: the token of the last good run whose result still stands (nx.md §1). */
  readonly tokens: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<TaskId, TaskReceipt>>;
}

/** Whose receipt: the deployment's name and its own namespace. */
export interface ReceiptPlace {
  readonly deployment: string;
  readonly namespace: string;
}

const dataKey = 'receipt.json';

/** The receipt of a deployment; undefined when there is none, or none that we can read. */
export async function readReceipt(
  cluster: Pick<Cluster, 'get'>,
  { deployment, namespace }: ReceiptPlace,
): Promise<ApiResult<Receipt | undefined>> {
  const name = recordName(deployment, 'receipt');
  const found = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  return found.ok ? { ok: true, value: parseReceipt(found.value) } : found;
}

/** Replaces the receipt. */
export async function writeReceipt(
  cluster: Pick<Cluster, 'apply'>,
  place: ReceiptPlace,
  receipt: Receipt,
): Promise<ApiResult<unknown>> {
  const name = recordName(place.deployment, 'receipt');
  const labels = recordLabels(place.deployment, 'receipt');
  const data = { [dataKey]: JSON.stringify(receipt, undefined, 1) };
  const metadata = { name, namespace: place.namespace, labels };
  return await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, { force: true });
}

/** Forgets what was deployed: nothing is left of it. */
export async function deleteReceipt(
  cluster: Pick<Cluster, 'delete'>,
  { deployment, namespace }: ReceiptPlace,
): Promise<ApiResult<unknown>> {
  const name = recordName(deployment, 'receipt');
  return await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
}

/** What a receipt's ConfigMap says; undefined when it is none. */
export function parseReceipt(object: KubeObject | undefined): Receipt | undefined {
  const data = object?.['data'];
  const text = isJsonObject(data) ? data[dataKey] : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isReceipt(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

// A receipt that somebody has edited, or of another version of ours, counts as none: a run is always safe.
function isReceipt(value: unknown): value is JsonObject & Receipt {
  if (!isJsonObject(value) || !isJsonObject(value['tokens']) || !isJsonObject(value['tasks'])) return false;
  if (!Object.values(value['tokens']).every((token) => typeof token === 'string')) return false;
  const texts = [value['run'], value['workflow'], value['outcome'], value['at'], value['plan']];
  return (
    texts.every((text) => typeof text === 'string') && Object.values(value['tasks']).every(isTaskReceipt)
  );
}

function isTaskReceipt(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { desired, live, outcome, at, durationMs, identity } = value;
  return (
    (identity === undefined || typeof identity === 'string') &&
    [desired, outcome, at].every((text) => typeof text === 'string') &&
    (live === null || typeof live === 'string') &&
    (durationMs === null || typeof durationMs === 'number')
  );
}
