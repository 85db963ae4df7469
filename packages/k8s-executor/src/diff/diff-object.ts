import type { TaskId } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../cluster/api-failure.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { isUnchanged } from '../tasks/apply/apply-objects.js';
import { valueAt } from '../objects/field-path.js';
import { conflictingFields } from '../api-errors/field-conflicts.js';
import { removesItself } from '../tasks/jobs/job-identity.js';
import { isProvenJob } from '../tasks/jobs/proven-job.js';
import { addObjects } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';
import { mayKeep } from '../tasks/run-job-task.js';
import { leaveScaledReplicas } from '../tasks/apply/scaled-replicas.js';
import { tryObject } from '../prepare/try-object.js';
import { conflictItem, diffAsked, diffItem } from './diff-item.js';
import type { DiffItem, DiffSubject } from './diff-item.js';

/** The item of an object, with a sentence when the server could not be asked; or why there is none. */
export type ObjectDiff =
  | { readonly item: DiffItem; readonly live: KubeObject | undefined; readonly untried?: string }
  | { readonly failure: ApiFailure };

export interface DesiredObject {
  readonly task: TaskId;
  /** True for what a job task runs to its end: it is run again rather than changed. */
  readonly isRun: boolean;
  readonly desired: KubeObject;
  /** All that its task brings. */
  readonly objects: readonly KubeObject[];
  /** Nothing can be tried there yet: its namespace or the new form of its kind comes with this very plan. */
  readonly untriable: boolean;
}

/** Compares one object with the cluster. */
export async function diffObject(asked: DesiredObject, context: RunContext): Promise<ObjectDiff> {
  const found = await findLive(asked.desired, context);
  if (!found.ok) return { failure: found.failure };
  const compared = await compareWithLive(asked, found.value, context);
  return 'failure' in compared ? compared : { ...compared, live: found.value };
}

type Compared = { readonly item: DiffItem; readonly untried?: string } | { readonly failure: ApiFailure };

async function compareWithLive(
  asked: DesiredObject,
  live: KubeObject | undefined,
  context: RunContext,
): Promise<Compared> {
  if (live !== undefined) addObjects([live], context.redactor);
  const redact = (text: string) => context.redactor.redact(text);
  const desired = live === undefined ? asked.desired : leaveScaledReplicas(asked.desired, live);
  const subject: DiffSubject = { task: asked.task, desired, redact };
  if (asked.isRun && (await hasRunAndGone(asked, live, context)))
    return { item: diffItem(subject, desired, desired) };
  if (asked.isRun) return { item: diffRun(subject, live, context) };
  // A deploy waits until it is gone, and makes it anew.
  if (live?.metadata.deletionTimestamp !== undefined) return { item: diffAsked(subject, undefined) };
  if (live !== undefined && isUnchanged(desired, live)) return { item: diffItem(subject, live, live) };
  return asked.untriable ? { item: diffAsked(subject, live) } : await diffTried(subject, live, context);
}

/** Objects that carry our label come from one LIST; what is not among them may still be there, applied by others. */
async function findLive(
  desired: KubeObject,
  { live, cluster }: RunContext,
): Promise<ApiResult<KubeObject | undefined>> {
  const found = await live.find(desired);
  return found === undefined ? await cluster.get(referenceOf(desired)) : { ok: true, value: found };
}

/** Kubernetes has removed it, and it is known to have succeeded. */
async function hasRunAndGone(
  { task, desired, objects }: DesiredObject,
  live: KubeObject | undefined,
  context: RunContext,
): Promise<boolean> {
  if (live !== undefined || context.rerunJobs || !removesItself(desired)) return false;
  return await isProvenJob({ task, objects }, context);
}

/** A job that would be left as it is, has run or runs; every other would run. */
function diffRun(subject: DiffSubject, live: KubeObject | undefined, { rerunJobs }: RunContext): DiffItem {
  const kept = live !== undefined && mayKeep(subject.desired, live, { rerun: rerunJobs });
  if (kept) return diffItem(subject, live, live);
  return { ...diffAsked(subject, live), action: live === undefined ? 'create' : 'change' };
}

async function diffTried(
  subject: DiffSubject,
  live: KubeObject | undefined,
  context: RunContext,
): Promise<Compared> {
  const trial = await tryObject(subject.desired, context, { live });
  switch (trial.kind) {
    case 'taken':
      // Of what is new the defaults of the server say nothing to whoever asked.
      return { item: diffItem(subject, live, live === undefined ? subject.desired : trial.object) };
    case 'remade':
      return { item: diffAsked(subject, live) };
    case 'untried':
      return {
        item: diffAsked(subject, live),
        ...(trial.why !== undefined && { untried: trial.why }),
      };
    case 'refused':
      return await diffRefused(subject, { live, failure: trial.failure }, context);
  }
}

async function diffRefused(
  subject: DiffSubject,
  { live, failure }: { readonly live: KubeObject | undefined; readonly failure: ApiFailure },
  context: RunContext,
): Promise<Compared> {
  const { desired } = subject;
  const conflicts = conflictingFields(failure).map(({ field, manager }) => ({
    path: field,
    from: valueAt(live, field),
    to: valueAt(desired, field),
    manager,
  }));
  if (conflicts.length === 0) return { failure };
  const forced = await tryObject(desired, context, { live, force: true });
  const rest = forced.kind === 'taken' ? diffItem(subject, live, forced.object) : diffAsked(subject, live);
  return { item: conflictItem(subject, conflicts, rest) };
}
