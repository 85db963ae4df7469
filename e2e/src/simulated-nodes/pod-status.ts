import { timestamp, type Container, type Pod, type PodCondition } from './pod.js';

/** What one container is doing. */
export type ContainerPicture =
  | { readonly is: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly is: 'running'; readonly ready: boolean }
  | ContainerEnd;

/** How a container has ended. */
export interface ContainerEnd {
  readonly is: 'terminated';
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
}

/** What a kubelet would see; `podStatus` says it in the API's words. */
export interface PodPicture {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** Why the whole pod has ended, e.g. `Evicted`. */
  readonly reason?: string;
  readonly message?: string;
  readonly container: (container: Container) => ContainerPicture;
  /** False while init containers are still at it. */
  readonly initialized: boolean;
}

/** What is kept between two pictures of a pod. */
export interface PodMemory {
  readonly ip: string;
  /** When its containers last started; absent before the first start. */
  runningSince?: string;
  /** Restarts so far of the container that crashes, and how it last ended. */
  readonly restarts: Map<string, { count: number; last: TerminatedState }>;
  readonly conditions: Map<string, PodCondition>;
  startTime?: string;
}

export interface TerminatedState {
  readonly terminated: {
    readonly exitCode: number;
    readonly reason: string;
    readonly message?: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly containerID: string;
  };
}

/** The whole `status` of a pod, to be written as a merge patch. Remembers transition times in `memory`. */
export function podStatus(pod: Pod, picture: PodPicture, memory: PodMemory): Record<string, unknown> {
  memory.startTime ??= timestamp();
  const places = { hostIP: '127.0.0.1', hostIPs: [{ ip: '127.0.0.1' }] };
  const address = picture.phase === 'Pending' ? {} : { podIP: memory.ip, podIPs: [{ ip: memory.ip }] };
  const initContainers = pod.spec.initContainers ?? [];
  return {
    phase: picture.phase,
    ...(picture.reason !== undefined && { reason: picture.reason, message: picture.message ?? '' }),
    observedGeneration: pod.metadata.generation,
    startTime: memory.startTime,
    ...places,
    ...address,
    conditions: conditionsOf(pod, picture, memory),
    containerStatuses: pod.spec.containers.map((one) =>
      containerStatus(pod, one, { picture: picture.container(one), memory }),
    ),
    ...(initContainers.length > 0 && {
      initContainerStatuses: initContainers.map((one) => ({
        ...containerStatus(pod, one, { picture: initPicture(one, picture), memory }),
        ready: picture.initialized,
      })),
    }),
  };
}

/** How a container ended, in the API's words. */
export function terminatedState(
  pod: Pod,
  memory: PodMemory,
  { exitCode, reason, message }: Omit<ContainerEnd, 'is'>,
): TerminatedState {
  const now = timestamp();
  const containerID = containerId(pod, 0);
  const end = { exitCode, reason, ...(message !== undefined && { message }) };
  return { terminated: { ...end, startedAt: memory.runningSince ?? now, finishedAt: now, containerID } };
}

/** True when every readiness gate of the pod is open. */
function gatesOpen(pod: Pod): boolean {
  const open = (type: string) =>
    pod.status.conditions?.some((one) => one.type === type && one.status === 'True');
  return (pod.spec.readinessGates ?? []).every((gate) => open(gate.conditionType));
}

function conditionsOf(pod: Pod, picture: PodPicture, memory: PodMemory): readonly PodCondition[] {
  const set = (type: string, isTrue: boolean, reason = '') => condition(memory, { type, isTrue, reason });
  const ended =
    picture.phase === 'Succeeded' ? 'PodCompleted' : picture.phase === 'Failed' ? 'PodFailed' : '';
  const unready = ended === '' ? 'ContainersNotReady' : ended;
  const containersReady = pod.spec.containers.every((one) => isReady(picture.container(one)));
  const ready = containersReady && gatesOpen(pod);
  const gates = new Set((pod.spec.readinessGates ?? []).map((gate) => gate.conditionType));
  const notOurs = (pod.status.conditions ?? []).filter(
    ({ type }) => type === 'PodScheduled' || gates.has(type),
  );
  return [
    set('PodReadyToStartContainers', picture.phase !== 'Pending'),
    set('Initialized', picture.initialized, picture.initialized ? ended : 'ContainersNotInitialized'),
    set('Ready', ready, ready ? '' : containersReady ? 'ReadinessGatesNotReady' : unready),
    set('ContainersReady', containersReady, containersReady ? '' : unready),
    ...notOurs,
  ];
}

function condition(
  memory: PodMemory,
  { type, isTrue, reason }: { readonly type: string; readonly isTrue: boolean; readonly reason: string },
): PodCondition {
  const status = isTrue ? 'True' : 'False';
  const before = memory.conditions.get(type);
  const message = reason === 'ContainersNotReady' ? 'containers with unready status' : reason;
  const next: PodCondition = {
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(),
    ...(reason !== '' && { reason, message }),
  };
  memory.conditions.set(type, next);
  return next;
}

function isReady(picture: ContainerPicture): boolean {
  return picture.is === 'running' && picture.ready;
}

function initPicture(container: Container, pod: PodPicture): ContainerPicture {
  const own = pod.container(container);
  if (!pod.initialized) return own;
  const isSidecar =
    container.restartPolicy === 'Always' && (pod.phase === 'Pending' || pod.phase === 'Running');
  return isSidecar ? { is: 'running', ready: true } : { is: 'terminated', exitCode: 0, reason: 'Completed' };
}

function containerStatus(
  pod: Pod,
  container: Container,
  { picture, memory }: { readonly picture: ContainerPicture; readonly memory: PodMemory },
): Record<string, unknown> {
  const restarts = memory.restarts.get(container.name);
  const count = restarts?.count ?? 0;
  const started = picture.is !== 'waiting' || count > 0;
  return {
    name: container.name,
    image: container.image,
    imageID: started ? 'simulated@sha256:0' : '',
    containerID: started ? containerId(pod, count) : '',
    restartCount: count,
    started: picture.is === 'running',
    ready: isReady(picture),
    state: containerState(pod, picture, memory),
    ...(restarts !== undefined && { lastState: restarts.last }),
  };
}

function containerState(pod: Pod, picture: ContainerPicture, memory: PodMemory): Record<string, unknown> {
  switch (picture.is) {
    case 'waiting':
      return {
        waiting: {
          reason: picture.reason,
          ...(picture.message !== undefined && { message: picture.message }),
        },
      };
    case 'running':
      return { running: { startedAt: memory.runningSince ?? timestamp() } };
    case 'terminated':
      return { ...terminatedState(pod, memory, picture) };
  }
}

function containerId(pod: Pod, restarts: number): string {
  return `simulated://${pod.metadata.uid}-${restarts}`;
}
