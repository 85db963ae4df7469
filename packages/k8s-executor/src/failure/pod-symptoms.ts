import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf, listOf, mappingOf, numberOf, part, textOf } from '../readiness/readiness.js';
import type { GraceTimes } from './grace-times.js';
import { imageTrouble } from './image-trouble.js';
import type { Symptom } from './symptom.js';

/**
 * What a pod shows that speaks against it. Nothing for pods that are ready, done, on their way out, or that ended
 * through no fault of their own (evicted, preempted, lost with their node): their workload makes new ones.
 */
export function podSymptoms(pod: KubeObject, grace: GraceTimes): readonly Symptom[] {
  const phase = textOf(part(pod, 'status'), 'phase');
  if (pod.metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed') return [];
  if (isReady(pod)) return [];
  const scheduling = unschedulable(pod, grace);
  return [...(scheduling === undefined ? [] : [scheduling]), ...containerSymptoms(pod, grace)];
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** The statuses of all containers of a pod, those of init containers first. */
export function containerStatuses(pod: KubeObject): readonly JsonObject[] {
  const status = part(pod, 'status');
  return [...listOf(status, 'initContainerStatuses'), ...listOf(status, 'containerStatuses')];
}

function unschedulable(pod: KubeObject, grace: GraceTimes): Symptom | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  return {
    class: 'needs-room',
    key: 'unschedulable',
    graceMs: grace.noRoomMs,
    conclusive: true,
    cause: `no node takes pod ${pod.metadata.name}: ${scheduled.message}`,
    advice:
      'Make room or add nodes, ask for less (requests), or check node selectors, affinities and tolerations.',
    pod: pod.metadata.name,
  };
}

function containerSymptoms(pod: KubeObject, grace: GraceTimes): readonly Symptom[] {
  return containerStatuses(pod).flatMap((container) => {
    const found =
      imageSymptom(pod, container, grace) ??
      configSymptom(pod, container, grace) ??
      startSymptom(pod, container) ??
      crashSymptom(pod, container, grace);
    return found === undefined ? [] : [found];
  });
}

function imageSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const waiting = waitingOf(container);
  const name = textOf(container, 'name');
  const image = textOf(specOf(pod, name), 'image') || textOf(container, 'image');
  const reason = textOf(waiting, 'reason');
  const message = textOf(waiting, 'message');
  return imageTrouble({ image, reason, message, pod: pod.metadata.name, container: name }, grace);
}

function configSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const waiting = waitingOf(container);
  const name = textOf(container, 'name');
  const reason = textOf(waiting, 'reason');
  if (reason !== 'CreateContainerConfigError' && reason !== 'CreateContainerError') return undefined;
  const message = textOf(waiting, 'message');
  const missing = /^(?:secret|configmap) ".*" not found$/i.test(message);
  const temporary = reason === 'CreateContainerError' || /sync .* cache|timed out/i.test(message);
  return {
    class: missing || temporary ? 'heals-sometimes' : 'cannot-heal',
    key: `config/${name}`,
    graceMs: missing ? grace.missingConfigMs : temporary ? grace.imagePullMs : 0,
    conclusive: true,
    cause: `container ${name} cannot be created: ${message || reason}`,
    advice: missing
      ? 'Create it, or deploy it in an earlier step or the same task.'
      : 'Check the keys that the container reads from Secrets and ConfigMaps, and its security context.',
    pod: pod.metadata.name,
    container: name,
  };
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
    cause: `the command of container ${name} cannot be run: ${commandFault(textOf(refused, 'message'))}`,
    advice: 'Check `command` and `args` against what the image holds.',
    pod: pod.metadata.name,
    container: name,
  };
}

/** `exec: "x": executable file not found in $PATH` out of what the runtime wraps around it. */
function commandFault(message: string): string {
  return /exec: .*?(?=: unknown|$)/.exec(message)?.[0] ?? message;
}

function crashSymptom(pod: KubeObject, container: JsonObject, grace: GraceTimes): Symptom | undefined {
  const restarts = numberOf(container, 'restartCount');
  const ended = lastEnd(container);
  if (ended === undefined || numberOf(ended, 'exitCode') === 0) return undefined;
  if (restarts === 0 && waitingOf(container)['reason'] !== 'CrashLoopBackOff') return undefined;
  const name = textOf(container, 'name');
  const outOfMemory = textOf(ended, 'reason') === 'OOMKilled';
  return {
    class: 'heals-sometimes',
    key: `crash/${name}`,
    graceMs: grace.crashLoopMs,
    conclusive: restarts >= grace.crashLoopRestarts,
    cause: outOfMemory
      ? `container ${name} is killed again and again for using more memory than ${memoryLimit(pod, name)} (OOMKilled)`
      : `container ${name} ${printCrashes(restarts)} with exit code ${numberOf(ended, 'exitCode')}`,
    advice: outOfMemory
      ? 'Raise its memory limit, or make it use less.'
      : 'Read its last words below; the reason is usually there.',
    pod: pod.metadata.name,
    container: name,
  };
}

function memoryLimit(pod: KubeObject, container: string): string {
  const limit = textOf(mappingOf(mappingOf(specOf(pod, container), 'resources'), 'limits'), 'memory');
  return limit === '' ? 'it may' : `its limit of ${limit}`;
}

function specOf(pod: KubeObject, container: string): JsonObject {
  const spec = part(pod, 'spec');
  const all = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  return all.find((each) => each['name'] === container) ?? {};
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

function printCrashes(restarts: number): string {
  return restarts === 0 ? 'crashed' : `crashed ${String(restarts + 1)} times`;
}
