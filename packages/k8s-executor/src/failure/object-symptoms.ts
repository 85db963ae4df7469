import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf, numberOf, part, textOf } from '../readiness/readiness.js';
import type { Readiness } from '../readiness/readiness.js';
import type { GraceTimes } from './grace-times.js';
import { containerStatuses, isReady, lastEnd, podSymptoms } from './pod-symptoms.js';
import type { Symptom } from './symptom.js';

/** What is known of an object at one moment. */
export interface Glimpse {
  readonly object: KubeObject;
  /** As it was when it was applied: what it said then is old news. */
  readonly applied: KubeObject;
  readonly readiness: Readiness;
  /** The pods of its newest revision. */
  readonly pods: readonly KubeObject[];
  /** Why its pods are not created, when events have told. */
  readonly refusal?: string | undefined;
}

/** A condition that may be left over from before the apply must still be there after this time. */
const leftoverMs = 30_000;
/** What a controller we do not know calls a failure must last a moment. */
const foreignFailureMs = 10_000;
/** The key of a symptom that is only a reason to look at events, never to fail. */
export const noPodsKey = 'no-pods';
const noPodsMs = 5_000;

/** Everything that speaks against an object that is not current. Pure: time is the business of who asks. */
export function objectSymptoms(glimpse: Glimpse, grace: GraceTimes): readonly Symptom[] {
  if (glimpse.readiness.status === 'current') return [];
  const own = [
    verdictOf(glimpse),
    refusedPods(glimpse, grace),
    unboundClaim(glimpse.object, grace),
    noPods(glimpse),
  ];
  const someReady = glimpse.pods.some(isReady);
  const ofPods = glimpse.pods
    .flatMap((pod) => podSymptoms(pod, grace))
    // One ready pod of this revision shows that it can run: the others may still come.
    .filter((symptom) => !(someReady && symptom.key.startsWith('crash/')));
  return [...ofPods, ...own.filter((symptom) => symptom !== undefined)];
}

function verdictOf({ object, applied, readiness, pods }: Glimpse): Symptom | undefined {
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
    return { ...base, class: 'cannot-heal', graceMs: 0, cause: endOf(object, readiness, pods) };
  }
  return { ...base, class: 'heals-sometimes', graceMs: foreignFailureMs };
}

/** A job's own words only say that it gave up; how its containers ended says why. */
function endOf(object: KubeObject, readiness: Readiness, pods: readonly KubeObject[]): string {
  const ends = pods.flatMap((pod) =>
    containerStatuses(pod).flatMap((container) => {
      const end = lastEnd(container);
      const exitCode = end === undefined ? 0 : numberOf(end, 'exitCode');
      if (end === undefined || exitCode === 0) return [];
      const memory = textOf(end, 'reason') === 'OOMKilled' ? ' (OOMKilled)' : '';
      return [`container ${textOf(container, 'name')} ended with exit code ${exitCode}${memory}`];
    }),
  );
  const subject = `${object.kind} ${object.metadata.name} failed`;
  const [end] = ends;
  return end === undefined ? `${subject}: ${readiness.message}` : `${subject}: ${end}`;
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

function refusedPods({ object, refusal }: Glimpse, grace: GraceTimes): Symptom | undefined {
  const condition = conditionOf(object, 'ReplicaFailure');
  const words = condition?.status === 'True' ? condition.message : refusal;
  return words === undefined ? undefined : podsRefused(words, grace);
}

/** These controllers tell only by events that their pods are refused; worth a look when none comes. */
function noPods({ object, pods, readiness, refusal }: Glimpse): Symptom | undefined {
  const silent = ['StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'].includes(object.kind);
  if (!silent || pods.length > 0 || refusal !== undefined || readiness.status === 'failed') return undefined;
  const cause = `${object.kind} ${object.metadata.name} has no pods yet`;
  return { class: 'needs-room', key: noPodsKey, graceMs: noPodsMs, conclusive: true, cause };
}

/** The symptom of a workload whose pods the API server does not take, from the controller's words. */
function podsRefused(message: string, grace: GraceTimes): Symptom {
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
