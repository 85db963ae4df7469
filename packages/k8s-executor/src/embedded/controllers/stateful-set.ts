import { listOf, mappingOf, numberOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { fillDefaults } from '../api/defaults.js';
import { templateHash } from './deployment.js';
import { controlled, createPod, deletePod, isReady, phaseOf } from './owned-pods.js';
import type { World } from './world.js';

const revisionLabel = 'controller-revision-hash';

/** Keeps the pods of a StatefulSet: one after the other from 0 up, replaced from the last down. */
export function reconcileStatefulSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const revision = `${set.metadata.name}-${templateHash(set)}`;
  takeNextStep(world, set, revision);
  writeStatus(world, set, revision);
}

function takeNextStep(world: World, set: KubeObject, revision: string): void {
  const spec = part(set, 'spec');
  const wanted = numberOf(spec, 'replicas', 1);
  const isParallel = textOf(spec, 'podManagementPolicy') === 'Parallel';
  const pods = controlled(world, set, 'pods');
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = podAt(pods, set, ordinal);
    if (pod === undefined) createMember(world, set, { ordinal, revision });
    else if (phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded') deletePod(world, set, pod);
    if (!isParallel && (pod === undefined || !isReady(pod) || pod.metadata.deletionTimestamp !== undefined))
      return;
  }
  const surplus = [...pods]
    .sort(byOrdinal)
    .filter((pod) => ordinalOf(pod) >= wanted && pod.metadata.deletionTimestamp === undefined);
  const last = surplus.at(-1);
  if (last !== undefined) deletePod(world, set, last);
  else replaceNext(world, set, { pods, revision });
}

function replaceNext(
  world: World,
  set: KubeObject,
  { pods, revision }: { readonly pods: readonly KubeObject[]; readonly revision: string },
): void {
  const strategy = mappingOf(part(set, 'spec'), 'updateStrategy');
  if (textOf(strategy, 'type') === 'OnDelete') return;
  const partition = numberOf(mappingOf(strategy, 'rollingUpdate'), 'partition');
  if (pods.some((pod) => pod.metadata.deletionTimestamp !== undefined || !isReady(pod))) return;
  const old = [...pods]
    .sort(byOrdinal)
    .filter((pod) => ordinalOf(pod) >= partition && revisionOf(pod) !== revision);
  const last = old.at(-1);
  if (last !== undefined) deletePod(world, set, last);
}

function createMember(
  world: World,
  set: KubeObject,
  { ordinal, revision }: { readonly ordinal: number; readonly revision: string },
): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const volumes = listOf(part(set, 'spec'), 'volumeClaimTemplates').map((template) => {
    const volume = textOf(mappingOf(template, 'metadata'), 'name');
    const claimName = `${volume}-${name}`;
    const claims = world.kinds.builtIn('persistentvolumeclaims');
    if (world.store.get(claims, set.metadata.namespace, claimName) === undefined) {
      const { labels } = mappingOf(mappingOf(part(set, 'spec'), 'selector'), 'matchLabels');
      world.lifecycle.create(
        claims,
        fillDefaults({
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name: claimName,
            namespace: set.metadata.namespace ?? 'default',
            ...(labels !== undefined && { labels: labels as unknown as Record<string, string> }),
          },
          spec: mappingOf(template, 'spec'),
        }),
      );
    }
    return { name: volume, persistentVolumeClaim: { claimName } };
  });
  const labels = {
    [revisionLabel]: revision,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  createPod(world, set, { name, labels, volumes });
}

function writeStatus(world: World, set: KubeObject, revision: string): void {
  const pods = controlled(world, set, 'pods');
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => revisionOf(pod) === revision).length;
  const wanted = numberOf(part(set, 'spec'), 'replicas', 1);
  world.lifecycle.change(world.kinds.builtIn('statefulsets'), set, (live) => {
    const before = textOf(part(live, 'status'), 'currentRevision') || revision;
    const isComplete = updated === wanted && ready === wanted && pods.length === wanted;
    const currentRevision = isComplete ? revision : before;
    const current = pods.filter((pod) => revisionOf(pod) === currentRevision).length;
    return {
      ...live,
      status: {
        observedGeneration: live.metadata.generation,
        replicas: pods.length,
        ...(ready > 0 && { readyReplicas: ready }),
        availableReplicas: ready,
        ...(current > 0 && { currentReplicas: current }),
        ...(updated > 0 && { updatedReplicas: updated }),
        currentRevision,
        updateRevision: revision,
        collisionCount: 0,
      },
    };
  });
}

function podAt(pods: readonly KubeObject[], set: KubeObject, ordinal: number): KubeObject | undefined {
  return pods.find((pod) => pod.metadata.name === `${set.metadata.name}-${ordinal}`);
}

function ordinalOf(pod: KubeObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);
}

function byOrdinal(a: KubeObject, b: KubeObject): number {
  return ordinalOf(a) - ordinalOf(b);
}

function revisionOf(pod: KubeObject): string {
  return pod.metadata.labels?.[revisionLabel] ?? '';
}
