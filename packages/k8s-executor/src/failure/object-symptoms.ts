import { numberOf, textOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import type { Readiness } from '../readiness/readiness.js';
import { silentMs, type GraceTimes } from './grace-times.js';
import { explainEnd, failsByPods } from './job-end.js';
import { crashKey, isReady, podSymptoms } from './pod-symptoms.js';
import { podsRefused } from './room-trouble.js';
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
  /** Why the volumes of a pod are not mounted, by its uid, when events have told. */
  readonly mounts?: ReadonlyMap<string, string> | undefined;
}

/** A condition that may be left over from before the apply must still be there after this time. */
const leftoverMs = 30_000;
/** How long the end of a pod is waited for, which its job's controller has heard of before us. */
const untoldEndMs = 2_000;
/** What a controller we do not know calls a failure must last a moment. */
const foreignFailureMs = 10_000;
/** The key of a workload without pods: silent, until events tell why. */
export const noPodsKey = 'no-pods';
/** The key of a rollout that its own controller has given up on. */
export const deadlineKey = 'progress-deadline';

/** Everything that speaks against an object that is not current. Pure: time is the business of who asks. */
export function objectSymptoms(glimpse: Glimpse, grace: GraceTimes): readonly Symptom[] {
  if (glimpse.readiness.status === 'current') return [];
  const ofPods = podsSymptoms(glimpse, grace);
  const own = [
    verdictOf(glimpse, ofPods),
    refusedPods(glimpse, grace),
    unboundClaim(glimpse.object, grace),
    noPods(glimpse, grace),
  ];
  return [...ofPods, ...own.filter((symptom) => symptom !== undefined)];
}

function podsSymptoms({ pods, mounts }: Glimpse, grace: GraceTimes): readonly Symptom[] {
  const someReady = pods.some(isReady);
  return (
    pods
      .flatMap((pod) => podSymptoms(pod, grace, mounts?.get(pod.metadata.uid ?? '')))
      // One ready pod of this revision shows that it can run: the others may still come.
      .map((symptom) =>
        someReady && symptom.key.startsWith(crashKey)
          ? {
              ...symptom,
              conclusive: false,
              cause: `of ${pods.length} pods one does not run: ${symptom.cause}`,
            }
          : symptom,
      )
  );
}

function verdictOf(glimpse: Glimpse, ofPods: readonly Symptom[]): Symptom | undefined {
  const { object, readiness, pods } = glimpse;
  if (readiness.status !== 'failed') return undefined;
  if (object.kind === 'Deployment') return deadlineExceeded(glimpse, ofPods);
  const base = { key: 'failed', conclusive: true } as const;
  const phase = textOf(part(object, 'status'), 'phase');
  // A bare pod that crashes is judged by its containers, with their grace.
  if (object.kind === 'Pod' && phase !== 'Failed') return undefined;
  const final = { ...base, class: 'cannot-heal', graceMs: 0 } as const;
  if (object.kind === 'Pod' || object.kind === 'Job') {
    const explained = explainEnd(object, readiness, pods);
    return { ...final, ...explained, graceMs: awaitsPods(object, explained.pod) ? untoldEndMs : 0 };
  }
  const cause = `${object.kind} ${object.metadata.name}: ${readiness.message}`;
  if (object.kind === 'PersistentVolumeClaim') return { ...final, cause };
  return { ...base, class: 'heals-sometimes', graceMs: foreignFailureMs, cause };
}

/** Watches of jobs and of pods are two streams: a job may be told to have failed of pods before their ends are told. */
function awaitsPods(object: KubeObject, explainedBy: string | undefined): boolean {
  return object.kind === 'Job' && explainedBy === undefined && failsByPods(object);
}

/**
 * A Deployment that goes back to an older template keeps the old condition until its replicas move, so one that was
 * there when we applied counts only when it stays.
 */
function deadlineExceeded({ object, applied }: Glimpse, ofPods: readonly Symptom[]): Symptom {
  const now = conditionOf(object, 'Progressing');
  const before = conditionOf(applied, 'Progressing');
  const leftover = before?.reason === now?.reason && before?.lastUpdateTime === now?.lastUpdateTime;
  const because = ofPods.find((symptom) => symptom.class !== 'silent');
  const seconds = numberOf(part(object, 'spec'), 'progressDeadlineSeconds', 600);
  return {
    class: leftover ? 'heals-sometimes' : 'cannot-heal',
    key: deadlineKey,
    graceMs: leftover ? leftoverMs : 0,
    conclusive: true,
    cause: `the rollout made no progress within its deadline of ${seconds} s${because === undefined ? '' : `: ${because.cause}`}`,
    advice: because?.advice ?? 'Look at its pods: usually one does not become ready.',
    ...(because?.pod !== undefined && { pod: because.pod }),
    ...(because?.container !== undefined && { container: because.container }),
  };
}

function refusedPods({ object, refusal }: Glimpse, grace: GraceTimes): Symptom | undefined {
  const condition = conditionOf(object, 'ReplicaFailure');
  const words = condition?.status === 'True' ? condition.message : refusal;
  return words === undefined ? undefined : podsRefused(words, grace);
}

/** These controllers tell only by events that their pods are refused; worth a look when none comes. */
function noPods({ object, pods, readiness, refusal }: Glimpse, grace: GraceTimes): Symptom | undefined {
  const mute = ['StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'].includes(object.kind);
  if (!mute || pods.length > 0 || refusal !== undefined || readiness.status === 'failed') return undefined;
  const cause = `${object.kind} ${object.metadata.name} has no pods yet`;
  return { class: 'silent', key: noPodsKey, graceMs: silentMs(grace), conclusive: true, cause };
}

function unboundClaim(object: KubeObject, grace: GraceTimes): Symptom | undefined {
  if (object.kind !== 'PersistentVolumeClaim' || textOf(part(object, 'status'), 'phase') !== 'Pending')
    return undefined;
  const storageClass = textOf(part(object, 'spec'), 'storageClassName');
  return {
    class: 'heals-sometimes',
    key: unboundKey,
    graceMs: grace.claimUnboundMs,
    conclusive: true,
    cause: `no volume is bound to claim ${object.metadata.name}`,
    advice:
      storageClass === ''
        ? 'It names no storage class and the cluster has no default one, or no volume fits.'
        : `Check that storage class ${storageClass} exists and that its provisioner runs.`,
  };
}

/** The key of a claim without a volume. */
export const unboundKey = 'unbound';
