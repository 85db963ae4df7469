import { listOf, mappingOf, numberOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import {
  creatingKey,
  missingConfiguration,
  uncreatedContainer,
  unmountedVolume,
} from './configuration-trouble.js';
import { containerSpec, nameContainer } from './container-role.js';
import { silentMs, type GraceTimes } from './grace-times.js';
import { imageTrouble } from './image-trouble.js';
import { gateSymptom, probeSymptom } from './probe-trouble.js';
import { unschedulable } from './room-trouble.js';
import type { Symptom } from './symptom.js';

/**
 * What a pod shows that speaks against it. Nothing for pods that are ready, done, on their way out, or that ended
 * through no fault of their own (evicted, preempted, lost with their node): their workload makes new ones. `mount` is
 * why its volumes are not mounted, when events have told.
 */
export function podSymptoms(pod: KubeObject, grace: GraceTimes, mount?: string): readonly Symptom[] {
  const phase = textOf(part(pod, 'status'), 'phase');
  if (pod.metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed') return [];
  if (isReady(pod)) return [];
  const found = [unschedulable(pod, grace), creating(pod, grace, mount), gateSymptom(pod)];
  return [...found.filter((symptom) => symptom !== undefined), ...containerSymptoms(pod, grace)];
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** The statuses of all containers of a pod, those of init containers first. */
export function containerStatuses(pod: KubeObject): readonly JsonObject[] {
  const status = part(pod, 'status');
  return [...listOf(status, 'initContainerStatuses'), ...listOf(status, 'containerStatuses')];
}

/** Volumes are mounted before any container starts; only events tell when they are not. */
function creating(pod: KubeObject, grace: GraceTimes, mount: string | undefined): Symptom | undefined {
  const waits = containerStatuses(pod).every((container) =>
    ['ContainerCreating', 'PodInitializing'].includes(textOf(waitingOf(container), 'reason')),
  );
  if (!waits || conditionOf(pod, 'PodScheduled')?.status !== 'True') return undefined;
  const { name } = pod.metadata;
  if (mount !== undefined) return unmountedVolume(mount, name, grace);
  return {
    class: 'silent',
    key: creatingKey,
    graceMs: silentMs(grace),
    conclusive: true,
    cause: `the containers of pod ${name} are being created`,
    pod: name,
  };
}

function containerSymptoms(pod: KubeObject, grace: GraceTimes): readonly Symptom[] {
  return containerStatuses(pod).flatMap((container) => {
    const found =
      imageSymptom(pod, container, grace) ??
      configSymptom(pod, container, grace) ??
      startSymptom(pod, container) ??
      crashSymptom(pod, container, grace) ??
      probeSymptom(pod, container);
    return found === undefined ? [] : [found];
  });
}

function imageSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const waiting = waitingOf(container);
  const name = textOf(container, 'name');
  const image = textOf(containerSpec(pod, name), 'image') || textOf(container, 'image');
  const reason = textOf(waiting, 'reason');
  const message = textOf(waiting, 'message');
  return imageTrouble({ image, reason, message, pod: pod.metadata.name, container: name }, grace);
}

function configSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const reason = textOf(waitingOf(container), 'reason');
  if (reason !== 'CreateContainerConfigError' && reason !== 'CreateContainerError') return undefined;
  const name = textOf(container, 'name');
  const wait = {
    needs: nameContainer(pod, name),
    message: textOf(waitingOf(container), 'message') || reason,
    pod: pod.metadata.name,
    container: name,
    key: `config/${name}`,
  };
  return (
    missingConfiguration(wait, grace) ?? uncreatedContainer(wait, grace, reason === 'CreateContainerError')
  );
}

const notStartable =
  /executable file not found|no such file or directory|permission denied|exec format error/i;

function startSymptom(pod: KubeObject, container: JsonObject): Symptom | undefined {
  const name = textOf(container, 'name');
  const seen = [waitingOf(container), terminatedOf(container, 'state'), terminatedOf(container, 'lastState')];
  const refused = seen.find(
    (state) =>
      ['StartError', 'ContainerCannotRun', 'RunContainerError'].includes(textOf(state, 'reason')) &&
      notStartable.test(textOf(state, 'message')),
  );
  if (refused === undefined) return undefined;
  return {
    class: 'cannot-heal',
    key: `start/${name}`,
    graceMs: 0,
    conclusive: true,
    cause: `the command of ${nameContainer(pod, name)} cannot be run: ${commandFault(textOf(refused, 'message'))}`,
    advice: 'Check `command` and `args` against what the image holds.',
    pod: pod.metadata.name,
    container: name,
  };
}

/** `exec: "x": executable file not found in $PATH` out of what the runtime wraps around it. */
function commandFault(message: string): string {
  return /exec: .*?(?=: unknown|$)/.exec(message)?.[0] ?? message;
}

/** The start of the key of what the log of the run before tells best. */
export const crashKey = 'crash/';

function crashSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const restarts = numberOf(container, 'restartCount');
  const ended = lastEnd(container);
  if (ended === undefined || (numberOf(ended, 'exitCode') === 0 && !mustKeepRunning(pod))) return undefined;
  if (restarts === 0 && waitingOf(container)['reason'] !== 'CrashLoopBackOff') return undefined;
  const name = textOf(container, 'name');
  const subject = nameContainer(pod, name);
  const outOfMemory = textOf(ended, 'reason') === 'OOMKilled';
  return {
    class: 'heals-sometimes',
    key: `${crashKey}${name}`,
    graceMs: grace.crashLoopMs,
    conclusive: restarts >= grace.crashLoopRestarts,
    cause: outOfMemory
      ? `${subject} is killed again and again for using more memory than ${memoryLimit(pod, name)} (OOMKilled)`
      : `${subject} ${printCrashes(restarts, numberOf(ended, 'exitCode'))}`,
    advice: outOfMemory ? 'Raise its memory limit, or make it use less.' : lastWordsAdvice,
    pod: pod.metadata.name,
    container: name,
  };
}

/** Right only where the log has something. */
export const lastWordsAdvice = 'Read its last words; the reason is usually there.';

function memoryLimit(pod: KubeObject, container: string): string {
  const limits = mappingOf(mappingOf(containerSpec(pod, container), 'resources'), 'limits');
  const limit = textOf(limits, 'memory');
  return limit === '' ? 'it may' : `its limit of ${limit}`;
}

function waitingOf(container: JsonObject): JsonObject {
  return mappingOf(mappingOf(container, 'state'), 'waiting');
}

function terminatedOf(container: JsonObject, key: 'state' | 'lastState'): JsonObject {
  return mappingOf(mappingOf(container, key), 'terminated');
}

/** How the container ended last; undefined when it never did. */
export function lastEnd(container: JsonObject): JsonObject | undefined {
  const ends = [terminatedOf(container, 'state'), terminatedOf(container, 'lastState')];
  return ends.find((end) => end['exitCode'] !== undefined);
}

function printCrashes(restarts: number, exitCode: number): string {
  if (exitCode === 0) return 'ends by itself with exit code 0 again and again, but should keep running';
  const times = restarts === 0 ? 'crashed' : `crashed ${String(restarts + 1)} times`;
  return `${times} with exit code ${String(exitCode)}`;
}

/** A container that ends well and is started again all the same. */
function mustKeepRunning(pod: KubeObject): boolean {
  return (textOf(part(pod, 'spec'), 'restartPolicy') || 'Always') === 'Always';
}
