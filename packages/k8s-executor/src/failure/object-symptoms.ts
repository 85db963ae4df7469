import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf, part, textOf } from '../readiness/readiness.js';
import type { Readiness } from '../readiness/readiness.js';
import type { GraceTimes } from './grace-times.js';
import { isReady, podSymptoms } from './pod-symptoms.js';
import type { Symptom } from './symptom.js';

/** What is known of an object at one moment. */
export interface Glimpse {
  readonly object: KubeObject;
  /** As it was when it was applied: what it said then is old news. */
  readonly applied: KubeObject;
  readonly readiness: Readiness;
  /** The pods of its newest revision. */
  readonly pods: readonly KubeObject[];
}

/** A condition that may be left over from before the apply must still be there after this time. */
const leftoverMs = 30_000;
/** What a controller we do not know calls a failure must last a moment. */
const foreignFailureMs = 10_000;

/** Everything that speaks against an object that is not current. Pure: time is the business of who asks. */
export function objectSymptoms(glimpse: Glimpse, grace: GraceTimes): readonly Symptom[] {
  if (glimpse.readiness.status === 'current') return [];
  const own = [verdictOf(glimpse), refusedPods(glimpse.object, grace), unboundClaim(glimpse.object, grace)];
  const someReady = glimpse.pods.some(isReady);
  const ofPods = glimpse.pods
    .flatMap((pod) => podSymptoms(pod, grace))
    // One ready pod of this revision shows that it can run: the others may still come.
    .filter((symptom) => !(someReady && symptom.key.startsWith('crash/')));
  return [...ofPods, ...own.filter((symptom) => symptom !== undefined)];
}

function verdictOf({ object, applied, readiness }: Glimpse): Symptom | undefined {
  if (readiness.status !== 'failed') return undefined;
  const base = {
    key: 'failed',
    conclusive: true,
    cause: `${object.kind} ${object.metadata.name}: ${readiness.message}`,
  };
  if (object.kind === 'Deployment') return deadlineExceeded(object, applied);
  const phase = textOf(part(object, 'status'), 'phase');
  // A bare pod that crashes is judged by its containers, with their grace.
  if (object.kind === 'Pod' && phase !== 'Failed') return undefined;
  if (['Pod', 'Job', 'PersistentVolumeClaim'].includes(object.kind)) {
    return { ...base, class: 'cannot-heal', graceMs: 0, cause: endOf(object, readiness) };
  }
  return { ...base, class: 'heals-sometimes', graceMs: foreignFailureMs };
}

function endOf(object: KubeObject, readiness: Readiness): string {
  const subject =
    object.kind === 'Job'
      ? `job ${object.metadata.name} failed`
      : `${object.kind} ${object.metadata.name} failed`;
  return `${subject}: ${readiness.message}`;
}

/**
 * A Deployment that goes back to an older template keeps the old condition until its replicas move, so one that was
 * there when we applied counts only when it stays.
 */
function deadlineExceeded(object: KubeObject, applied: KubeObject): Symptom {
  const now = conditionOf(object, 'Progressing');
  const before = conditionOf(applied, 'Progressing');
  const leftover = before?.reason === now?.reason && before?.lastUpdateTime === now?.lastUpdateTime;
  return {
    class: leftover ? 'heals-sometimes' : 'cannot-heal',
    key: 'progress-deadline',
    graceMs: leftover ? leftoverMs : 0,
    conclusive: true,
    cause: `Deployment ${object.metadata.name} made no progress within its deadline`,
    advice: 'Look at its pods: usually one does not become ready.',
  };
}

function refusedPods(object: KubeObject, grace: GraceTimes): Symptom | undefined {
  const refusal = conditionOf(object, 'ReplicaFailure');
  if (refusal?.status !== 'True') return undefined;
  return podsRefused(refusal.message, grace);
}

/** The symptom of a workload whose pods the API server does not take, from the controller's words. */
export function podsRefused(message: string, grace: GraceTimes): Symptom {
  const quota = /exceeded quota/i.test(message);
  const unavailable = /failed calling webhook|timeout|connection refused/i.test(message);
  return {
    class: quota || unavailable ? 'needs-room' : 'heals-sometimes',
    key: 'pods-refused',
    graceMs: quota || unavailable ? grace.noRoomMs : grace.missingConfigMs,
    conclusive: true,
    cause: `its pods are not created: ${message}`,
    ...(quota && { advice: 'Raise the quota of the namespace, or ask for less.' }),
  };
}

function unboundClaim(object: KubeObject, grace: GraceTimes): Symptom | undefined {
  if (object.kind !== 'PersistentVolumeClaim' || textOf(part(object, 'status'), 'phase') !== 'Pending')
    return undefined;
  const storageClass = textOf(part(object, 'spec'), 'storageClassName');
  return {
    class: 'heals-sometimes',
    key: 'unbound',
    graceMs: grace.claimUnboundMs,
    conclusive: true,
    cause: `no volume is bound to claim ${object.metadata.name}`,
    advice:
      storageClass === ''
        ? 'It names no storage class and the cluster has no default one, or no volume fits.'
        : `Check that storage class ${storageClass} exists and that its provisioner runs.`,
  };
}
