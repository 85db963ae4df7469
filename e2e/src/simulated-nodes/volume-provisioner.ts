import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube-client/kube-client.js';
import { watchObjects, type StoredObject } from '../kube-client/watch-objects.js';
import { annotationOf } from './behaviour.js';
import { ignoring } from './pod-events.js';

interface VolumeClaim extends StoredObject {
  readonly metadata: StoredObject['metadata'] & { readonly namespace: string };
  readonly spec: {
    readonly storageClassName?: string;
    readonly accessModes: readonly string[];
    readonly volumeMode?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status: { readonly phase: string };
}

interface Volume extends StoredObject {
  readonly status: { readonly phase: string };
}

export interface ProvisionerOptions {
  /** From the claim to its volume. */
  readonly delayMs: number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

const provisioner = 'lab.fake/provisioner';
const provisionedBy = 'pv.kubernetes.io/provisioned-by';
const volumes = '/api/v1/persistentvolumes';

/** Creates the default storage class `standard`. */
export async function createStorageClass(client: KubeClient): Promise<void> {
  const body = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  };
  await ignoring(
    [409],
    client.request({ method: 'POST', path: '/apis/storage.k8s.io/v1/storageclasses', body }),
  );
}

/**
 * Gives every claim of the class `standard` a volume, except those with the annotation `lab.fake/provision: never`,
 * and deletes volumes that are released. Resolves when the signal aborts.
 */
export async function provisionVolumes(client: KubeClient, options: ProvisionerOptions): Promise<void> {
  const seen = new Set<string>();
  const onClaim = (claim: VolumeClaim) => {
    if (!isForUs(claim) || seen.has(claim.metadata.uid)) return;
    seen.add(claim.metadata.uid);
    watchOver(provision(client, claim, options), options);
  };
  const onVolume = (volume: Volume) => {
    if (isDone(volume)) watchOver(remove(client, volume), options);
  };
  await Promise.all([
    watchObjects(client, '/api/v1/persistentvolumeclaims', {
      handlers: { onChange: onClaim },
      signal: options.signal,
    }),
    watchObjects(client, volumes, { handlers: { onChange: onVolume }, signal: options.signal }),
  ]);
}

function isForUs(claim: VolumeClaim): boolean {
  const wanted = claim.spec.storageClassName === 'standard' && annotationOf(claim, 'provision') !== 'never';
  return wanted && claim.status.phase === 'Pending';
}

function isDone(volume: Volume): boolean {
  const ours = volume.metadata.annotations?.[provisionedBy] === provisioner;
  return ours && volume.status.phase === 'Released' && volume.metadata.deletionTimestamp === undefined;
}

async function provision(client: KubeClient, claim: VolumeClaim, options: ProvisionerOptions): Promise<void> {
  await sleep(options.delayMs, undefined, { signal: options.signal });
  const { namespace, name, uid } = claim.metadata;
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: provisioner } },
    spec: {
      capacity: claim.spec.resources.requests,
      accessModes: claim.spec.accessModes,
      volumeMode: claim.spec.volumeMode,
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path: `/simulated/${uid}` },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  };
  await ignoring([409], client.request({ method: 'POST', path: volumes, body }));
}

async function remove(client: KubeClient, volume: Volume): Promise<void> {
  await ignoring([404], client.request({ method: 'DELETE', path: `${volumes}/${volume.metadata.name}` }));
}

function watchOver(work: Promise<void>, { signal, onError }: ProvisionerOptions): void {
  work.catch((error: unknown) => {
    if (!signal.aborted) onError(error);
  });
}
