import type { TaskContext, TaskId, Verdict } from '@flotilla/core';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { judgeCompletion } from '../readiness/judge.js';
import { partOfLabel } from '../record/apply-set.js';
import { applyObjects } from './apply/apply-objects.js';
import type { AppliedObject } from './apply/applied-object.js';
import { digestAnnotationOf } from '../objects/digest.js';
import { isTried, withAttempt } from './jobs/job-attempt.js';
import type { JobAttempt } from './jobs/job-attempt.js';
import { removesItself, runsToCompletion } from './jobs/job-identity.js';
import { createLogFollower } from './jobs/log-follower.js';
import { isSecret } from '../objects/owned-fields.js';
import { secretInputsOf, withSecretInputs } from './apply/secret-inputs.js';
import { stoppable } from '../cluster/stoppable-cluster.js';
import { observe } from './wait/observation.js';
import type { Observation } from './wait/observation.js';
import { refusalEvidence } from '../api-errors/print-failure.js';
import { isProvenJob } from './jobs/proven-job.js';
import { replaceObject } from './apply/replace-object.js';
import { failedVerdict, progressTeller, refusedVerdict } from './run-deployment-task.js';
import type { RunContext } from './run-context.js';
import { forces } from './apply/send-object.js';
import { sendPatiently } from './apply/send-patiently.js';

/**
 * One attempt at a job: applies its configuration, then finds, adopts, replaces or makes the job itself, waits for
 * its end and passes its logs on.
 */
export async function runJobTask(
  objects: readonly KubeObject[],
  context: RunContext,
  task: TaskContext & { readonly id: TaskId; readonly keep: (observation: Observation) => void },
): Promise<Verdict> {
  task.progress({
    phase: 'apply',
    message: `applying ${objects.map((object) => object.metadata.name).join(', ')}`,
  });
  const configuration = objects.filter((object) => !runsToCompletion(object));
  const applied = await applyObjects(configuration, context, {
    signal: task.signal,
    tellWait: progressTeller(task, context),
  });
  if (!applied.ok) return refusedVerdict(applied, context);
  const runs: AppliedObject[] = [];
  const key = await keyFor(configuration, context, task.signal);
  if (!key.ok)
    return refusedVerdict({ ok: false, objects: [], evidence: key.evidence, failures: 1 }, context);
  for (const run of objects.filter(runsToCompletion)) {
    if (await hasRunAndGone(run, { objects, task }, context)) continue;
    const object = withSecretInputs(run, configuration, key.value);
    const ensured = await ensureRun(object, context, task);
    if (!ensured.ok)
      return refusedVerdict({ ok: false, objects: runs, evidence: ensured.evidence, failures: 1 }, context);
    runs.push(ensured.value);
  }
  return waitForEnd([...applied.objects, ...runs], context, task);
}

/** A job that is known to have succeeded though it is not there any more; not where it is to run whatever it has done. */
async function hasRunAndGone(
  run: KubeObject,
  {
    objects,
    task,
  }: { readonly objects: readonly KubeObject[]; readonly task: TaskContext & { readonly id: TaskId } },
  context: RunContext,
): Promise<boolean> {
  if (!removesItself(run) || context.rerunJobs || task.attempt > 1) return false;
  const found = await context.cluster.get(referenceOf(run), task.signal);
  if (!found.ok || found.value !== undefined) return false;
  return await isProvenJob({ task: task.id, objects }, context);
}

/** What the Secrets among a job's configuration are identified by. */
async function keyFor(
  configuration: readonly KubeObject[],
  { cluster, key }: RunContext,
  signal: AbortSignal,
): Promise<
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly evidence: ReturnType<typeof refusalEvidence> }
> {
  const secret = configuration.find(isSecret);
  if (secret === undefined) return { ok: true, value: undefined };
  const obtained = await key.obtain(stoppable(cluster, signal));
  return obtained.ok ? obtained : { ok: false, evidence: refusalEvidence(obtained.failure, secret) };
}

async function waitForEnd(
  objects: readonly AppliedObject[],
  context: RunContext,
  task: TaskContext & { readonly keep: (observation: Observation) => void },
): Promise<Verdict> {
  const observation = observe({ objects, judge: judgeCompletion }, context);
  task.keep(observation);
  const logs = createLogFollower(context, task);
  const tell = progressTeller(task, context);
  const end = await observation.untilCurrent(task.signal, (pending) => {
    tell(pending);
    logs.follow(observation.pods());
  });
  logs.follow(observation.pods());
  await logs.finish();
  switch (end.kind) {
    case 'current':
      return objects.some((object) => object.changed)
        ? { kind: 'succeeded', reason: 'it has completed' }
        : { kind: 'unchanged', reason: 'it has already completed with the same spec and inputs' };
    case 'aborted':
      return { kind: 'failed', reason: 'stopped while it ran' };
    case 'failed':
      return failedVerdict(end, context, logs.heard());
  }
}

type Ensured =
  | { readonly ok: true; readonly value: AppliedObject }
  | { readonly ok: false; readonly evidence: ReturnType<typeof refusalEvidence> };

async function ensureRun(object: KubeObject, context: RunContext, task: TaskContext): Promise<Ensured> {
  const found = await context.cluster.get(referenceOf(object), task.signal);
  if (!found.ok) return { ok: false, evidence: refusalEvidence(found.failure, object) };
  const live = found.value;
  const attempt = { series: context.series, attempt: task.attempt };
  if (
    live !== undefined &&
    mayKeep(object, live, { attempt, rerun: context.rerunJobs && task.attempt === 1 })
  ) {
    const { status } = judgeCompletion(live);
    const done = status === 'current';
    if (status === 'progressing')
      task.progress({
        phase: 'wait',
        message: `adopting ${object.kind} ${live.metadata.name}, which is running`,
      });
    return await joinedRun(object, live, { context, signal: task.signal, changed: !done });
  }
  const tried = withAttempt(object, attempt);
  const made =
    live === undefined
      ? await sendPatiently(tried, context, { signal: task.signal })
      : await replaceObject(tried, context, task.signal);
  if (!made.ok)
    return { ok: false, evidence: refusalEvidence(made.failure, object, { live, facts: context.facts }) };
  const applied = 'warnings' in made.value ? made.value.object : made.value;
  return { ok: true, value: { desired: object, applied: applied as KubeObject, changed: true } };
}

/** A job from before there were inventories is the same job: it only joins the deployment's ApplySet. */
async function joinedRun(
  object: KubeObject,
  live: KubeObject,
  {
    context,
    signal,
    changed,
  }: { readonly context: RunContext; readonly signal: AbortSignal; readonly changed: boolean },
): Promise<Ensured> {
  if (live.metadata.labels?.[partOfLabel] === object.metadata.labels?.[partOfLabel])
    return { ok: true, value: { desired: object, applied: live, changed } };
  const applied = await context.cluster.apply(object, { force: forces(object, context), signal });
  if (!applied.ok)
    return { ok: false, evidence: refusalEvidence(applied.failure, object, { live, facts: context.facts }) };
  return { ok: true, value: { desired: object, applied: applied.value.object, changed } };
}

/**
 * True for the same job, running or done, which is left as it is. A failed one is tried again; one that succeeded only when that is asked for. What this
 * very try has made is kept however it ended: the run that made it may have been killed before it heard of it.
 */
export function mayKeep(
  object: KubeObject,
  live: KubeObject,
  asked: { readonly rerun: boolean; readonly attempt?: JobAttempt },
): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  if (digestAnnotationOf(live) !== digestAnnotationOf(object)) return false;
  if (secretInputsOf(live) !== secretInputsOf(object)) return false;
  if (asked.attempt !== undefined && isTried(live, asked.attempt)) return true;
  const { status } = judgeCompletion(live);
  if (status === 'progressing') return true;
  return status === 'current' && !asked.rerun;
}
