import { numberOf, textOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { counted } from '../readiness/readiness.js';
import type { Readiness } from '../readiness/readiness.js';
import { isReady } from './pod-symptoms.js';
import type { Symptom } from './symptom.js';

/** A workload in trouble, and the pods that are seen of it. */
export interface TroubledWorkload {
  readonly object: KubeObject;
  readonly readiness: Readiness;
  readonly symptom: Symptom | undefined;
  /** Of the newest revision. */
  readonly pods: readonly KubeObject[];
  /** Of the revisions before. */
  readonly formerPods: readonly KubeObject[];
}

/**
 * The state of an object that something speaks against, in words. Its pods are counted as they are seen: the counts of
 * its own status may be behind those very pods that are to blame, and the report must not depend on which controller
 * was faster. Where no pods are at fault, or it has failed by its own account, its readiness says it.
 */
export function printState({ object, readiness, symptom, pods, formerPods }: TroubledWorkload): string {
  if (readiness.status !== 'progressing' || symptom === undefined || symptom.class === 'silent')
    return readiness.message;
  const wanted = wantedOf(object, pods);
  if (wanted === undefined) return readiness.message;
  if (object.kind === 'Job') return printJob(object, pods, wanted);
  const noun = object.kind === 'DaemonSet' ? 'pods' : 'replicas';
  const count = pods.length === 0 ? `0 of ${wanted} ${noun} made` : printReady(pods, wanted, noun);
  const before = formerPods.filter(isReady).length;
  return before === 0 ? count : `${count}, ${before} of the version before still ready`;
}

function printReady(pods: readonly KubeObject[], wanted: number, noun: string): string {
  return `${pods.filter(isReady).length} of ${wanted} ${noun} ready`;
}

/** How many pods it should have; a DaemonSet knows only once it has looked at the nodes. Undefined for other kinds. */
function wantedOf(object: KubeObject, pods: readonly KubeObject[]): number | undefined {
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return numberOf(part(object, 'spec'), 'replicas', 1);
    case 'DaemonSet':
      return Math.max(numberOf(part(object, 'status'), 'desiredNumberScheduled'), pods.length);
    case 'Job':
      return numberOf(part(object, 'spec'), 'completions', 1);
    default:
      return undefined;
  }
}

function printJob(job: KubeObject, pods: readonly KubeObject[], wanted: number): string {
  const phases = pods.map((pod) => textOf(part(pod, 'status'), 'phase'));
  const succeeded = phases.filter((phase) => phase === 'Succeeded').length;
  const completed = Math.max(succeeded, numberOf(part(job, 'status'), 'succeeded'));
  const active = phases.filter((phase) => phase !== 'Succeeded' && phase !== 'Failed').length;
  return `it is running: ${counted(active, 'pod')} active, ${completed} of ${wanted} completed`;
}
