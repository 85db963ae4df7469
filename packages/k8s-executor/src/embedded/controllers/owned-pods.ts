import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import { fillDefaults } from '../api/defaults.js';
import { controllerOf } from '../store/object-store.js';
import type { World } from './world.js';

/** The reference by which `owner` controls another object. */
export function controlledBy(owner: KubeObject): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The objects of a kind that `owner` controls, oldest first. */
export function controlled(world: World, owner: KubeObject, plural: string): readonly KubeObject[] {
  return world.store
    .childrenOf(owner.metadata.uid ?? '')
    .filter(
      ({ kind, object }) => kind.plural === plural && controllerOf(object)?.['uid'] === owner.metadata.uid,
    )
    .map(({ object }) => object)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

export function phaseOf(pod: KubeObject): string {
  return textOf(part(pod, 'status'), 'phase');
}

/** Neither done nor on its way out. */
export function isActive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(phaseOf(pod));
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

export interface PodRequest {
  /** Undefined: the owner's name with a random end. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Volumes that stand for claims. */
  readonly volumes?: readonly JsonObject[];
}

/** Makes a pod from the template of `owner`, with the event that tells of it. */
export function createPod(world: World, owner: KubeObject, request: PodRequest = {}): void {
  const template = mappingOf(part(owner, 'spec'), 'template');
  const metadata = mappingOf(template, 'metadata');
  const spec = mappingOf(template, 'spec');
  const name = request.name ?? `${owner.metadata.name}-${world.time.newSuffix()}`;
  const labels = { ...mappingOf(metadata, 'labels'), ...request.labels };
  const annotations = metadata['annotations'];
  const pod = fillDefaults({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? 'default',
      ...(request.name === undefined && { generateName: `${owner.metadata.name}-` }),
      labels: labels as Record<string, string>,
      ...(annotations !== undefined && { annotations: annotations as Record<string, string> }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: {
      ...spec,
      ...(request.volumes !== undefined && { volumes: [...listOf(spec, 'volumes'), ...request.volumes] }),
    },
  });
  world.lifecycle.create(world.kinds.builtIn('pods'), pod);
  world.events.record(owner, {
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: `Created pod: ${name}`,
    component: componentOf(owner),
  });
}

export function deletePod(world: World, owner: KubeObject, pod: KubeObject): void {
  world.lifecycle.delete(world.kinds.builtIn('pods'), pod, { propagation: 'Background' });
  world.events.record(owner, {
    type: 'Normal',
    reason: 'SuccessfulDelete',
    message: `Deleted pod: ${pod.metadata.name}`,
    component: componentOf(owner),
  });
}

function componentOf({ kind }: KubeObject): string {
  return `${kind.toLowerCase()}-controller`;
}
