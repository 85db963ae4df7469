import { mappingOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { annotationPrefix } from '../pods/behaviour.js';
import { later } from './world.js';
import type { World } from './world.js';

const DELAY_MS = 300;

/** Gives a claim of the default class a volume after a moment. */
export function provisionClaim(world: World, claim: KubeObject): void {
  const isRefused = claim.metadata.annotations?.[`${annotationPrefix}provision`] === 'never';
  if (isRefused || textOf(part(claim, 'spec'), 'storageClassName') !== 'standard') return;
  later(world, world.behaviour.scaled(DELAY_MS), () => {
    bindClaim(world, claim);
  });
}

function bindClaim(world: World, claim: KubeObject): void {
  const spec = part(claim, 'spec');
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const capacity = mappingOf(mappingOf(spec, 'resources'), 'requests');
  const bound = world.lifecycle.change(world.kinds.builtIn('persistentvolumeclaims'), claim, (live) => ({
    ...live,
    spec: { ...part(live, 'spec'), volumeName: name },
    status: { phase: 'Bound', accessModes: spec['accessModes'], capacity },
  }));
  if (bound === undefined) return;
  world.lifecycle.create(world.kinds.builtIn('persistentvolumes'), {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': 'embedded' } },
    spec: {
      capacity,
      accessModes: spec['accessModes'],
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: {
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
    },
    status: { phase: 'Bound' },
  });
}

/** The volume of a claim goes with it. */
export function releaseVolume(world: World, claim: KubeObject): void {
  const kind = world.kinds.builtIn('persistentvolumes');
  const volume = world.store.get(kind, undefined, textOf(part(claim, 'spec'), 'volumeName'));
  if (volume !== undefined) world.lifecycle.delete(kind, volume, { propagation: 'Background' });
}

/** Gives a Service of type LoadBalancer an address after a moment. */
export function provisionLoadBalancer(world: World, service: KubeObject): void {
  const isRefused = service.metadata.annotations?.[`${annotationPrefix}lb`] === 'never';
  if (isRefused || textOf(part(service, 'spec'), 'type') !== 'LoadBalancer') return;
  if (mappingOf(part(service, 'status'), 'loadBalancer')['ingress'] !== undefined) return;
  const ip = `203.0.113.${1 + (world.store.revision % 250)}`;
  later(world, world.behaviour.scaled(DELAY_MS), () => {
    world.lifecycle.changeStatus(world.kinds.builtIn('services'), service, {
      loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] },
    });
  });
}
