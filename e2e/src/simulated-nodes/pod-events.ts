import { randomBytes } from 'node:crypto';
import { KubeError, type KubeClient } from '../kube-client/kube-client.js';
import { timestamp, type Pod } from './pod.js';

export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The container it is about. */
  readonly container?: string;
}

/** Posts an event as a kubelet does. That the pod or its namespace has gone meanwhile is no failure. */
export async function postEvent(client: KubeClient, pod: Pod, event: PodEvent): Promise<void> {
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const fieldPath = event.container === undefined ? {} : { fieldPath: `spec.containers{${event.container}}` };
  const now = timestamp();
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion, ...fieldPath },
    type: event.type,
    reason: event.reason,
    message: event.message,
    source: { component: 'kubelet', host: pod.spec.nodeName },
    reportingComponent: 'kubelet',
    reportingInstance: pod.spec.nodeName,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  await ignoring(
    [403, 404, 409],
    client.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/events`, body }),
  );
}

/** Resolves although the server answered with one of `codes`; every other failure is the caller's. */
export async function ignoring(codes: readonly number[], request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof KubeError) || !codes.includes(error.code)) throw error;
  }
}
