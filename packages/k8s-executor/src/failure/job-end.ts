import { numberOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import type { Readiness } from '../readiness/readiness.js';
import { nameContainer } from './container-role.js';
import { containerStatuses, lastEnd, lastWordsAdvice } from './pod-symptoms.js';
import type { Symptom } from './symptom.js';

type Explained = Pick<Symptom, 'cause' | 'advice' | 'pod' | 'container'>;

/** Why a job or a bare pod has failed: its own words only say that it gave up, how its containers ended says why. */
export function explainEnd(object: KubeObject, readiness: Readiness, pods: readonly KubeObject[]): Explained {
  const subject = `${object.kind} ${object.metadata.name}`;
  const reason = reasonOf(object);
  if (reason === 'DeadlineExceeded') {
    const seconds = numberOf(part(object, 'spec'), 'activeDeadlineSeconds');
    return {
      cause: `${subject} ran longer than its activeDeadlineSeconds allow (${seconds} s)`,
      advice: 'Give it more time, or see in its log where the time goes.',
    };
  }
  const newestFirst = [...pods].sort((a, b) => createdAt(b).localeCompare(createdAt(a)));
  const [end] = newestFirst.flatMap((pod) => badEnds(pod));
  if (end === undefined) return { cause: `${subject} failed: ${readiness.message}` };
  // The pods are told of first.
  const failed = pods.filter((pod) => textOf(part(pod, 'status'), 'phase') === 'Failed').length;
  const tries = Math.max(failed, numberOf(part(object, 'status'), 'failed'));
  const behind =
    reason === 'PodFailurePolicy' ? ', which its podFailurePolicy does not retry' : printTries(tries);
  return { ...end, cause: `${subject} failed: ${end.cause}${behind}` };
}

const endsByPods = ['BackoffLimitExceeded', 'PodFailurePolicy', 'FailedIndexes', 'MaxFailedIndexesExceeded'];

/** True for a job that has failed because its pods did. */
export function failsByPods(job: KubeObject): boolean {
  return endsByPods.includes(reasonOf(job));
}

function reasonOf(object: KubeObject): string {
  return (conditionOf(object, 'Failed') ?? conditionOf(object, 'FailureTarget'))?.reason ?? '';
}

function printTries(tries: number): string {
  return tries > 1 ? `, the last of ${tries} tries` : '';
}

function createdAt(pod: KubeObject): string {
  return pod.metadata.creationTimestamp ?? '';
}

function badEnds(pod: KubeObject): readonly Explained[] {
  const status = part(pod, 'status');
  const { name } = pod.metadata;
  if (textOf(status, 'phase') === 'Failed' && textOf(status, 'reason') !== '')
    return [
      {
        cause: `pod ${name} was ended by its node (${textOf(status, 'reason')}): ${textOf(status, 'message')}`,
        advice: 'Run it again; ask for what it needs (requests) if that comes back.',
        pod: name,
      },
    ];
  return containerStatuses(pod).flatMap((container) => badEnd(pod, container));
}

function badEnd(pod: KubeObject, container: JsonObject): readonly Explained[] {
  const end = lastEnd(container);
  const exitCode = end === undefined ? 0 : numberOf(end, 'exitCode');
  if (end === undefined || exitCode === 0) return [];
  const outOfMemory = textOf(end, 'reason') === 'OOMKilled';
  const name = textOf(container, 'name');
  const message = textOf(end, 'reason') === 'StartError' ? `: ${textOf(end, 'message')}` : '';
  return [
    {
      cause: `${nameContainer(pod, name)} ended with exit code ${exitCode}${outOfMemory ? ' (OOMKilled)' : ''}${message}`,
      advice: outOfMemory ? 'Raise its memory limit, or make it use less.' : lastWordsAdvice,
      pod: pod.metadata.name,
      container: name,
    },
  ];
}
