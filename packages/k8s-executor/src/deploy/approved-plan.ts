import type { Refusal } from '@flotilla/core';
import type { Json } from '../cluster/json.js';
import { keyOf, printReference } from '../cluster/kube-object.js';
import { compareRun } from '../diff/diff-plan.js';
import type { ComparedObject, CompareRunResult, DiffPruning } from '../diff/diff-plan.js';
import type { DiffField, DiffItem } from '../diff/diff-item.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { digestAnnotation } from '../manifest/labels.js';
import { keyedDigest } from '../record/deployment-key.js';
import { digestAnnotationOf, digestOf } from '../objects/digest.js';
import { isSecret } from '../objects/owned-fields.js';
import type { PreparedRun } from '../prepare/prepared-run.js';
import { secretInputsOf, secretsAnnotation } from '../tasks/apply/secret-inputs.js';
import { redactJson } from '../objects/redactor.js';
import { maskSecret, maskVariables } from './mask-secret.js';

/** What somebody has looked at and approved of one object: the change, and the state of the cluster that it starts from. */
export interface ApprovedItem extends DiffItem {
  /**
   * What is asked for; null for what is deleted. `hmac-sha256:…` covers secret values too, keyed by what only the cluster
   * holds; `sha256:…`, before there is such a key, leaves them out: whoever holds the file could try what they may be.
   */
  readonly desired: string | null;
  /** The live object that was compared; of a Secret also its version, since its values cannot be compared. */
  readonly live: { readonly uid: string; readonly resourceVersion?: string } | null;
}

/** A plan that was approved, as `plan --out` writes it and `deploy FILE` takes it. */
export interface ApprovedPlan {
  readonly apiVersion: 'flotilla.dev/v1';
  readonly kind: 'ApprovedPlan';
  readonly name: string;
  readonly workflow: string;
  /** The digest of the compiled plan: tasks and their order. */
  readonly plan: string;
  readonly cluster: { readonly uid: string | null; readonly namespace: string };
  readonly items: readonly ApprovedItem[];
  /** The rendered objects in apply order, for whoever approves; secret values are masked. */
  readonly objects: readonly Json[];
  /** Of all the rest: what was edited by hand is not what was approved. It proves no origin: anybody can make it. */
  readonly seal: string;
}

/** Seals a plan that is to be approved; a seal that it has already counts for nothing. */
export function sealPlan(plan: Omit<ApprovedPlan, 'seal'>): ApprovedPlan {
  return { ...plan, seal: sealOf(plan) };
}

/** Whether a plan is as it was sealed; how its JSON is laid out counts for nothing. */
export function isSealed(plan: ApprovedPlan): boolean {
  return plan.seal === sealOf(plan);
}

function sealOf({
  apiVersion,
  kind,
  name,
  workflow,
  plan,
  cluster,
  items,
  objects,
}: Omit<ApprovedPlan, 'seal'>): string {
  return digestOf(
    JSON.parse(JSON.stringify([apiVersion, kind, name, workflow, plan, cluster, items, objects])) as Json,
  );
}

/** Compares a prepared run with the cluster and writes down what a deploy would do. */
export async function approvedItems(
  run: PreparedRun,
  pruning: DiffPruning,
): Promise<
  | { readonly ok: true; readonly items: readonly ApprovedItem[]; readonly objects: readonly Json[] }
  | Exclude<CompareRunResult, { ok: true }>
> {
  const compared = await compareRun(run, pruning);
  if (!compared.ok) return compared;
  const redact = (text: string) => run.context.redactor.redact(text);
  const objects = run.rendered.flatMap(({ manifests }) =>
    manifests.map(({ object }) => redactJson(maskSecret(withoutDigest(object)), redact)),
  );
  const { key, cluster, redactor } = run.context;
  const read = await key.read(cluster);
  const digest = (desired: KubeObject) =>
    read.ok && read.value !== undefined
      ? keyedDigest(`${digestAnnotationOf(desired) ?? ''} ${secretInputsOf(desired) ?? ''}`, read.value)
      : digestOf(
          maskVariables(maskSecret(withoutDigest(desired)), (name) => redactor.isSecretVariable(name)),
        );
  return { ok: true, items: compared.objects.map((each) => approvedItem(each, digest)), objects };
}

/** What has changed since the approval, one line each: in the files, or in the cluster. None: go on. */
export function movedSince(
  approved: readonly ApprovedItem[],
  now: readonly ApprovedItem[],
): readonly string[] {
  const [before, after] = [approved, now].map(
    (items) => new Map(items.map((item) => [keyOf(item.object), item])),
  );
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...keys].flatMap((key) => movedItem(before?.get(key), after?.get(key)));
}

/** Refuses (65) a run that is not what was approved, or whose objects have moved since; to be asked under the lock. */
export async function refuseMoved(
  approved: Pick<ApprovedPlan, 'items'>,
  run: PreparedRun,
  pruning: DiffPruning,
): Promise<Refusal | undefined> {
  const now = await approvedItems(run, pruning);
  if (!now.ok) {
    if ('refusal' in now) return now.refusal;
    const messages = now.diagnostics.map(({ message }) => message).join('; ');
    return { exitCode: 65, message: `what was approved is no longer possible: ${messages}` };
  }
  const moved = movedSince(approved.items, now.items);
  if (moved.length === 0) return undefined;
  return {
    exitCode: 65,
    message: `nothing was written: this is not what was approved any more.\n${moved.map((line) => `  ${line}`).join('\n')}`,
    help: 'Look at the new difference and approve it: flotilla plan --out FILE',
  };
}

/** Our own note of what is asked covers secret values. */
function withoutDigest(object: KubeObject): KubeObject {
  const ours: readonly string[] = [digestAnnotation, secretsAnnotation];
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(([name]) => !ours.includes(name)),
  );
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function approvedItem(
  { item, desired, live }: ComparedObject,
  digest: (desired: KubeObject) => string,
): ApprovedItem {
  const { uid = '', resourceVersion = '' } = live?.metadata ?? {};
  return {
    ...item,
    desired: desired === undefined ? null : digest(desired),
    live: live === undefined ? null : { uid, ...(isSecret(live) && { resourceVersion }) },
  };
}

function movedItem(before: ApprovedItem | undefined, after: ApprovedItem | undefined): readonly string[] {
  const object = before?.object ?? after?.object;
  if (object === undefined) return [];
  const subject = printReference(object);
  if (before === undefined) return [`${subject}: not part of what was approved (${after?.action ?? ''})`];
  if (after === undefined)
    return [`${subject}: no longer ${before.action === 'delete' ? 'there' : 'asked for'}`];
  if (before.live?.uid !== after.live?.uid) return [`${subject} ${movedLife(before, after)}`];
  if (before.desired !== after.desired) return [`${subject}: ${movedDesire(before.desired, after.desired)}`];
  const fields = movedFields(before.fields, after.fields).map((line) => `${subject} ${line}`);
  if (fields.length > 0) return fields;
  const isSame =
    before.action === after.action && before.live?.resourceVersion === after.live?.resourceVersion;
  return isSame ? [] : [`${subject}: somebody has changed it`];
}

function movedDesire(before: string | null, after: string | null): string {
  const [then, now] = [before, after].map((digest) => digest?.split(':')[0]);
  return before === null || after === null || then === now
    ? 'the files ask for something else now'
    : 'it was approved before the first deploy, and what it asked for cannot be compared any more';
}

function movedLife(before: ApprovedItem, after: ApprovedItem): string {
  if (before.live === null) return 'was not there, is there now';
  return after.live === null ? 'is not there any more' : 'has been deleted and made anew';
}

function movedFields(before: readonly DiffField[], after: readonly DiffField[]): readonly string[] {
  const [was, is] = [before, after].map((fields) => new Map(fields.map((field) => [field.path, field])));
  const paths = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  return [...paths].flatMap((path) => {
    const [then, now] = [was?.get(path), is?.get(path)];
    if (JSON.stringify(then) === JSON.stringify(now)) return [];
    const by = now?.manager === undefined ? '' : ` (by ${now.manager})`;
    const said = (field: DiffField | undefined) =>
      field === undefined ? 'as asked' : JSON.stringify(field.from);
    return [`${path} was ${said(then)}, is ${said(now)}${by}`];
  });
}
