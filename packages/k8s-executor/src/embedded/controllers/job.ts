import { numberOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import { nextCondition } from './conditions.js';
import type { NewCondition } from './conditions.js';
import { controlled, createPod, deletePod, isActive, isReady, phaseOf } from './owned-pods.js';
import { later } from './world.js';
import type { World } from './world.js';

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

/** Runs the pods of a Job until enough have succeeded or too many failed. `again` looks at the Job once more. */
export function reconcileJob(world: World, job: KubeObject, again: () => void): void {
  if (job.metadata.deletionTimestamp !== undefined || isFinished(job)) return;
  const spec = part(job, 'spec');
  const pods = controlled(world, job, 'pods');
  const succeeded = pods.filter((pod) => phaseOf(pod) === 'Succeeded').length;
  const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length;
  const parallelism = numberOf(spec, 'parallelism', 1);
  const completions = numberOf(spec, 'completions', succeeded > 0 ? succeeded : parallelism);
  const active = pods.filter(isActive);
  const retries = failed + active.reduce((sum, pod) => sum + restartsOf(pod), 0);
  const counts = { succeeded, failed, active: active.length, ready: active.filter(isReady).length };
  if (retries > numberOf(spec, 'backoffLimit', 6)) {
    finish(world, job, {
      counts,
      conditions: failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit'),
    });
  } else if (succeeded >= completions && active.length === 0) {
    finish(world, job, { counts, conditions: success });
  } else if (isOverdue(world, job, again)) {
    finish(world, job, {
      counts,
      conditions: failure('DeadlineExceeded', 'Job was active longer than specified deadline'),
    });
  } else {
    writeStatus(world, job, counts);
    if (spec['suspend'] !== true)
      startPods(world, job, {
        wanted: Math.min(parallelism, completions - succeeded) - active.length,
        failed,
        again,
      });
  }
}

/** A failed pod's successor comes after a delay that doubles. */
function startPods(
  world: World,
  job: KubeObject,
  { wanted, failed, again }: { readonly wanted: number; readonly failed: number; readonly again: () => void },
): void {
  if (wanted <= 0) return;
  const lastEndMs = Math.max(
    0,
    ...controlled(world, job, 'pods')
      .filter((pod) => phaseOf(pod) === 'Failed')
      .map(endMs),
  );
  const backoffMs =
    failed === 0
      ? 0
      : world.behaviour.scaled(Math.min(FIRST_BACKOFF_MS * 2 ** (failed - 1), LONGEST_BACKOFF_MS));
  const waitMs = lastEndMs + backoffMs - Date.parse(world.time.timestamp());
  if (failed > 0 && waitMs > 0) later(world, waitMs, again);
  else for (let missing = wanted; missing > 0; missing -= 1) createPod(world, job);
}

function endMs(pod: KubeObject): number {
  return Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly ready: number;
}

const success: readonly NewCondition[] = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
  type,
  status: 'True',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
}));

function failure(reason: string, message: string): readonly NewCondition[] {
  return ['FailureTarget', 'Failed'].map((type) => ({ type, status: 'True', reason, message }));
}

function finish(
  world: World,
  job: KubeObject,
  { counts, conditions }: { readonly counts: Counts; readonly conditions: readonly NewCondition[] },
): void {
  for (const pod of controlled(world, job, 'pods').filter(isActive)) deletePod(world, job, pod);
  const now = world.time.timestamp();
  const isComplete = conditions === success;
  const failed = counts.failed + (isComplete ? 0 : counts.active);
  const more = {
    conditions: conditions.map((condition) => ({
      ...nextCondition(job, condition, now),
      lastProbeTime: now,
    })),
    ...(isComplete && { completionTime: now }),
  };
  writeStatus(world, job, { ...counts, failed, active: 0, ready: 0, more });
  const [{ reason = '', message = '' } = {}] = conditions;
  world.events.record(job, {
    type: isComplete ? 'Normal' : 'Warning',
    reason: isComplete ? 'Completed' : reason,
    message: isComplete ? 'Job completed' : message,
    component: 'job-controller',
  });
}

function writeStatus(
  world: World,
  job: KubeObject,
  { more = {}, ...counts }: Counts & { readonly more?: JsonObject },
): void {
  world.lifecycle.change(world.kinds.builtIn('jobs'), job, (live) => ({
    ...live,
    status: {
      startTime: textOf(part(live, 'status'), 'startTime') || world.time.timestamp(),
      ...(counts.active > 0 && { active: counts.active }),
      ...(counts.succeeded > 0 && { succeeded: counts.succeeded }),
      ...(counts.failed > 0 && { failed: counts.failed }),
      ready: counts.ready,
      terminating: 0,
      uncountedTerminatedPods: {},
      ...more,
    },
  }));
}

function isFinished(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');
}

function restartsOf(pod: KubeObject): number {
  const statuses = part(pod, 'status')['containerStatuses'];
  if (!Array.isArray(statuses)) return 0;
  return statuses.reduce<number>(
    (sum, status) => sum + numberOf((status ?? {}) as JsonObject, 'restartCount'),
    0,
  );
}

function isOverdue(world: World, job: KubeObject, again: () => void): boolean {
  const seconds = part(job, 'spec')['activeDeadlineSeconds'];
  const startTime = textOf(part(job, 'status'), 'startTime');
  if (typeof seconds !== 'number') return false;
  if (startTime === '') {
    later(world, seconds * 1000, again);
    return false;
  }
  return Date.parse(world.time.timestamp()) >= Date.parse(startTime) + seconds * 1000;
}
