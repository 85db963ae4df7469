import { mergePatch, type KubeClient } from '../kube-client/kube-client.js';
import type { StoredObject } from '../kube-client/watch-objects.js';

interface PodWithStatus extends StoredObject {
  readonly status: {
    readonly conditions?: readonly { readonly type: string }[];
    readonly containerStatuses?: readonly object[];
  };
}

/** Says of the pods of a namespace that match a selector (`app=web`) that they are ready, as their kubelet would. */
export async function makeReady(client: KubeClient, namespace: string, selector: string): Promise<void> {
  await setStatus(client, { namespace, selector }, ({ status }) => ({
    conditions: (status.conditions ?? []).map((condition) =>
      /Ready$/.test(condition.type)
        ? { ...condition, status: 'True', reason: null, message: null }
        : condition,
    ),
    containerStatuses: (status.containerStatuses ?? []).map((container) => ({ ...container, ready: true })),
  }));
}

/** Says of such pods that they have succeeded. */
export async function complete(client: KubeClient, namespace: string, selector: string): Promise<void> {
  await setStatus(client, { namespace, selector }, () => ({ phase: 'Succeeded' }));
}

async function setStatus(
  client: KubeClient,
  { namespace, selector }: { readonly namespace: string; readonly selector: string },
  statusOf: (pod: PodWithStatus) => object,
): Promise<void> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const path = `${pods}?labelSelector=${encodeURIComponent(selector)}`;
  const { items } = (await client.request({ method: 'GET', path })) as {
    readonly items: readonly PodWithStatus[];
  };
  if (items.length === 0) throw new Error(`No pod of ${namespace} matches ${selector}.`);
  for (const pod of items) {
    const body = { status: statusOf(pod) };
    const where = `${pods}/${pod.metadata.name}/status`;
    await client.request({ method: 'PATCH', path: where, body, contentType: mergePatch });
  }
}
