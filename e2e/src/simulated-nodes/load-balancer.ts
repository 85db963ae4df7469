import { setTimeout as sleep } from 'node:timers/promises';
import { mergePatch, type KubeClient } from '../kube-client/kube-client.js';
import { watchObjects, type StoredObject } from '../kube-client/watch-objects.js';
import { annotationOf } from './behaviour.js';
import { ignoring } from './pod-events.js';

interface Service extends StoredObject {
  readonly metadata: StoredObject['metadata'] & { readonly namespace: string };
  readonly spec: { readonly type: string };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] } };
}

export interface LoadBalancerOptions {
  /** From the service to its address. */
  readonly delayMs: number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/**
 * Gives every LoadBalancer service an address of the documentation range, except those with the annotation
 * `lab.fake/lb: never`. Resolves when the signal aborts.
 */
export async function balanceLoad(client: KubeClient, options: LoadBalancerOptions): Promise<void> {
  const seen = new Set<string>();
  const onChange = (service: Service) => {
    if (!wantsAddress(service) || seen.has(service.metadata.uid)) return;
    seen.add(service.metadata.uid);
    const address = `203.0.113.${1 + (seen.size % 250)}`;
    giveAddress(client, service, { ...options, address }).catch((error: unknown) => {
      if (!options.signal.aborted) options.onError(error);
    });
  };
  await watchObjects(client, '/api/v1/services', { handlers: { onChange }, signal: options.signal });
}

function wantsAddress(service: Service): boolean {
  const has = (service.status.loadBalancer?.ingress ?? []).length > 0;
  return service.spec.type === 'LoadBalancer' && !has && annotationOf(service, 'lb') !== 'never';
}

async function giveAddress(
  client: KubeClient,
  service: Service,
  options: LoadBalancerOptions & { readonly address: string },
): Promise<void> {
  await sleep(options.delayMs, undefined, { signal: options.signal });
  const { namespace, name } = service.metadata;
  const path = `/api/v1/namespaces/${namespace}/services/${name}/status`;
  const body = { status: { loadBalancer: { ingress: [{ ip: options.address }] } } };
  await ignoring([404], client.request({ method: 'PATCH', path, body, contentType: mergePatch }));
}
