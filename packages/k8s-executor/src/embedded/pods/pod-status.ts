import { listOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { nextCondition } from '../controllers/conditions.js';
import type { NewCondition } from '../controllers/conditions.js';

/** The state of one container, as its status tells it. */
export interface ContainerState {
  readonly state: JsonObject;
  readonly ready?: boolean;
  readonly started?: boolean;
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly container: (name: string) => ContainerState;
  readonly ready?: boolean;
  /** Why the pod will not be ready any more: `PodCompleted`, `PodFailed`. */
  readonly done?: string;
  readonly areInitialized: boolean;
  readonly restarts: (name: string) => number;
  readonly lastState: (name: string) => JsonObject | undefined;
  readonly podIP: string;
  readonly now: string;
  readonly runningSince: string;
}

export function waiting(reason: string, message?: string): ContainerState {
  return { state: { waiting: { reason, ...(message !== undefined && { message }) } } };
}

export function running(startedAt: string, ready: boolean): ContainerState {
  return { ready, started: true, state: { running: { startedAt } } };
}

/** The state of a container that has ended. */
export function terminated(
  exitCode: number,
  reason: string,
  times: { readonly startedAt: string; readonly finishedAt: string; readonly message?: string },
): ContainerState {
  return { state: { terminated: { exitCode, reason, ...times } } };
}

/** `status` of a pod as a kubelet writes it. */
export function printPodStatus(pod: KubeObject, status: PodStatus): JsonObject {
  const { phase, now, podIP } = status;
  const spec = part(pod, 'spec');
  const init = listOf(spec, 'initContainers');
  return {
    phase,
    conditions: podConditions(status).map((condition) => ({
      lastProbeTime: null,
      ...nextCondition(pod, condition, now),
    })),
    qosClass: 'BestEffort',
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    startTime: textOf(part(pod, 'status'), 'startTime') || now,
    observedGeneration: pod.metadata.generation,
    ...(phase !== 'Pending' && { podIP, podIPs: [{ ip: podIP }] }),
    containerStatuses: listOf(spec, 'containers').map((container) => printContainer(pod, container, status)),
    ...(init.length > 0 && {
      initContainerStatuses: init.map((container) => printInit(pod, container, status)),
    }),
  };
}

function podConditions(status: PodStatus): readonly NewCondition[] {
  const { phase, ready = false, done, areInitialized } = status;
  const unready = { reason: done ?? 'ContainersNotReady', message: 'containers with unready status' };
  return [
    { type: 'PodReadyToStartContainers', status: phase === 'Pending' ? 'False' : 'True' },
    areInitialized
      ? { type: 'Initialized', status: 'True', ...(done !== undefined && { reason: done }) }
      : {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: 'containers with incomplete status',
        },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(!ready && unready) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(!ready && unready) },
    { type: 'PodScheduled', status: 'True' },
  ];
}

function printContainer(pod: KubeObject, container: JsonObject, status: PodStatus): JsonObject {
  const name = textOf(container, 'name');
  const { state, ready = false, started = false } = status.container(name);
  const restartCount = status.restarts(name);
  const lastState = status.lastState(name);
  const hasRun = state['waiting'] === undefined || lastState !== undefined;
  return {
    name,
    image: container['image'],
    imageID: hasRun ? 'embedded@sha256:0' : '',
    containerID: hasRun ? `embedded://${pod.metadata.uid ?? ''}-${name}-${restartCount}` : '',
    ready,
    started,
    restartCount,
    state,
    lastState: lastState ?? {},
  };
}

function printInit(pod: KubeObject, container: JsonObject, status: PodStatus): JsonObject {
  const isSidecar = container['restartPolicy'] === 'Always';
  const { now, runningSince, areInitialized, done } = status;
  const ended = terminated(0, 'Completed', { startedAt: runningSince, finishedAt: now });
  const after = isSidecar && done === undefined ? running(runningSince, true) : { ...ended, ready: true };
  const printed = printContainer(
    pod,
    container,
    areInitialized ? { ...status, container: () => after } : status,
  );
  return areInitialized ? printed : { ...printed, ready: false };
}
