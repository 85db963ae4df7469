import { KubeError, type KubeClient } from '../kube-client/kube-client.js';
import type { Container, KeyReference, Pod, Reference } from './pod.js';

/** What keeps a pod from starting, in a kubelet's words. */
export type MissingConfiguration =
  | { readonly message: string; readonly volume: string }
  | { readonly message: string; readonly volume?: undefined; readonly container: Container };

interface Wanted extends Reference {
  readonly kind: 'secret' | 'configmap';
  readonly key?: string;
}

/** The first Secret, ConfigMap or key that the pod mounts or reads and that is not there; undefined when all are. */
export async function findMissingConfiguration(
  pod: Pod,
  client: KubeClient,
): Promise<MissingConfiguration | undefined> {
  const { namespace } = pod.metadata;
  for (const { name, secret, configMap } of pod.spec.volumes ?? []) {
    const wanted =
      secret === undefined ? configMap && wantedOf('configmap', configMap) : volumeSecret(secret);
    const message = wanted && (await missingOf(wanted, namespace, client));
    if (message !== undefined) return { message, volume: name };
  }
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const wanted of readBy(container)) {
      const message = await missingOf(wanted, namespace, client);
      if (message !== undefined) return { message, container };
    }
  }
  return undefined;
}

function volumeSecret({ secretName, optional = false }: { secretName: string; optional?: boolean }): Wanted {
  return { kind: 'secret', name: secretName, optional };
}

function wantedOf(kind: Wanted['kind'], reference: Reference | KeyReference): Wanted {
  return { kind, ...reference };
}

function readBy({ env = [], envFrom = [] }: Container): readonly Wanted[] {
  const whole = envFrom.flatMap(({ secretRef, configMapRef }) => [
    ...(secretRef === undefined ? [] : [wantedOf('secret', secretRef)]),
    ...(configMapRef === undefined ? [] : [wantedOf('configmap', configMapRef)]),
  ]);
  const keys = env.flatMap(({ valueFrom: { secretKeyRef, configMapKeyRef } = {} }) => [
    ...(secretKeyRef === undefined ? [] : [wantedOf('secret', secretKeyRef)]),
    ...(configMapKeyRef === undefined ? [] : [wantedOf('configmap', configMapKeyRef)]),
  ]);
  return [...whole, ...keys];
}

async function missingOf(
  { kind, name, key, optional = false }: Wanted,
  namespace: string,
  client: KubeClient,
): Promise<string | undefined> {
  // Every namespace has it, made by a controller that may be slower than the pod.
  if (optional || name === 'kube-root-ca.crt') return undefined;
  const path = `/api/v1/namespaces/${namespace}/${kind}s/${name}`;
  try {
    const { data = {} } = (await client.request({ method: 'GET', path })) as {
      readonly data?: Readonly<Record<string, string>>;
    };
    if (key === undefined || key in data) return undefined;
    const kindName = kind === 'secret' ? 'Secret' : 'ConfigMap';
    return `couldn't find key ${key} in ${kindName} ${namespace}/${name}`;
  } catch (error) {
    if (error instanceof KubeError && error.code === 404) return `${kind} "${name}" not found`;
    throw error;
  }
}
