import { listOf, mappingOf, numberOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import { fillDefaults } from '../api/defaults.js';
import { isEqual } from '../apply/compare.js';
import { nextCondition } from './conditions.js';
import { hashText } from './event-recorder.js';
import { controlled, controlledBy } from './owned-pods.js';
import { planRollout, readStrategy } from './plan-rollout.js';
import type { World } from './world.js';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

/** Rolls a Deployment out by ReplicaSets, and writes its status. */
export function reconcileDeployment(world: World, deployment: KubeObject): void {
  if (deployment.metadata.deletionTimestamp !== undefined) return;
  const sets = controlled(world, deployment, 'replicasets');
  const hash = templateHash(deployment);
  const current =
    sets.find((set) => set.metadata.labels?.[hashLabel] === hash) ??
    createSet(world, deployment, { hash, sets });
  const older = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
  if (part(deployment, 'spec')['paused'] !== true) {
    for (const { set, replicas } of planRollout(deployment, current, older))
      scaleSet(world, deployment, { set, replicas });
  }
  writeRevision(world, deployment, current);
  writeStatus(world, deployment, current.metadata.name);
}

/** The same for the same pod template. */
export function templateHash(workload: KubeObject): string {
  return hashText(JSON.stringify(mappingOf(part(workload, 'spec'), 'template')));
}

function createSet(
  world: World,
  deployment: KubeObject,
  { hash, sets }: { readonly hash: string; readonly sets: readonly KubeObject[] },
): KubeObject {
  const spec = part(deployment, 'spec');
  const template = mappingOf(spec, 'template');
  const metadata = mappingOf(template, 'metadata');
  const labels = { ...mappingOf(metadata, 'labels'), [hashLabel]: hash } as Record<string, string>;
  const revision =
    1 + Math.max(0, ...sets.map((set) => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0)));
  return world.lifecycle.create(
    world.kinds.builtIn('replicasets'),
    fillDefaults({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? 'default',
        labels,
        annotations: { [revisionAnnotation]: String(revision) },
        ownerReferences: [controlledBy(deployment)],
      },
      spec: {
        replicas: 0,
        selector: {
          matchLabels: { ...mappingOf(mappingOf(spec, 'selector'), 'matchLabels'), [hashLabel]: hash },
        },
        template: { ...template, metadata: { ...metadata, labels } },
      },
    }),
  );
}

function scaleSet(
  world: World,
  deployment: KubeObject,
  { set, replicas }: { readonly set: KubeObject; readonly replicas: number },
): void {
  const before = numberOf(part(set, 'spec'), 'replicas');
  if (before === replicas) return;
  world.lifecycle.change(world.kinds.builtIn('replicasets'), set, (live) => ({
    ...live,
    spec: { ...part(live, 'spec'), replicas },
  }));
  world.events.record(deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`,
    component: 'deployment-controller',
  });
}

/** A template that comes back takes its old ReplicaSet again, as the newest revision. */
function writeRevision(world: World, deployment: KubeObject, current: KubeObject): void {
  const others = controlled(world, deployment, 'replicasets').filter(
    (set) => set.metadata.uid !== current.metadata.uid,
  );
  const revisionOf = (set: KubeObject) => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
  const newest = Math.max(0, ...others.map(revisionOf));
  const revision = String(Math.max(revisionOf(current), newest + 1));
  const annotate = (live: KubeObject): KubeObject => ({
    ...live,
    metadata: {
      ...live.metadata,
      annotations: { ...live.metadata.annotations, [revisionAnnotation]: revision },
    },
  });
  world.lifecycle.change(world.kinds.builtIn('replicasets'), current, annotate);
  world.lifecycle.change(world.kinds.builtIn('deployments'), deployment, annotate);
}

interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
}

function writeStatus(world: World, deployment: KubeObject, currentName: string): void {
  const sets = controlled(world, deployment, 'replicasets');
  const sum = (key: string, of = sets) =>
    of.reduce((total, set) => total + numberOf(part(set, 'status'), key), 0);
  const counts: Counts = {
    replicas: sum('replicas'),
    updated: sum(
      'replicas',
      sets.filter((set) => set.metadata.name === currentName),
    ),
    ready: sum('readyReplicas'),
    available: sum('availableReplicas'),
    terminating: sum('terminatingReplicas'),
  };
  const desired = numberOf(part(deployment, 'spec'), 'replicas', 1);
  const unavailable = Math.max(0, desired - counts.available, counts.replicas - counts.available);
  world.lifecycle.change(world.kinds.builtIn('deployments'), deployment, (live) => ({
    ...live,
    status: {
      observedGeneration: live.metadata.generation,
      terminatingReplicas: counts.terminating,
      ...(counts.replicas > 0 && { replicas: counts.replicas }),
      ...(counts.updated > 0 && { updatedReplicas: counts.updated }),
      ...(counts.ready > 0 && { readyReplicas: counts.ready }),
      ...(counts.available > 0 && { availableReplicas: counts.available }),
      ...(unavailable > 0 && { unavailableReplicas: unavailable }),
      conditions: conditionsOf(world, live, { counts, desired, currentName }),
    },
  }));
}

interface Progress {
  readonly counts: Counts;
  readonly desired: number;
  readonly currentName: string;
}

function conditionsOf(world: World, deployment: KubeObject, progress: Progress): readonly JsonObject[] {
  const { counts, desired } = progress;
  const now = world.time.timestamp();
  const { maxUnavailable } = readStrategy(deployment, desired);
  const isAvailable = counts.available >= desired - maxUnavailable;
  const available = nextCondition(
    deployment,
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: isAvailable
        ? 'Deployment has minimum availability.'
        : 'Deployment does not have minimum availability.',
    },
    now,
  );
  return [
    stamp(deployment, available, { now, hasMoved: false }),
    progressCondition(deployment, progress, now),
  ];
}

function progressCondition(
  deployment: KubeObject,
  { counts, desired, currentName }: Progress,
  now: string,
): JsonObject {
  const isComplete =
    counts.updated === desired && counts.replicas === desired && counts.available === desired;
  const before = conditionOf(deployment, 'Progressing');
  const hasMoved =
    movedSince(deployment, counts) || before === undefined || !before.message.includes(`"${currentName}"`);
  const deadlineMs = numberOf(part(deployment, 'spec'), 'progressDeadlineSeconds', 600) * 1000;
  const waitedMs =
    before === undefined || before.lastUpdateTime === ''
      ? 0
      : Date.parse(now) - Date.parse(before.lastUpdateTime);
  const isLate =
    !isComplete && !hasMoved && (before.reason === 'ProgressDeadlineExceeded' || waitedMs > deadlineMs);
  const [reason, words] = isComplete
    ? ['NewReplicaSetAvailable', 'has successfully progressed.']
    : isLate
      ? ['ProgressDeadlineExceeded', 'has timed out progressing.']
      : ['ReplicaSetUpdated', 'is progressing.'];
  const condition = nextCondition(
    deployment,
    {
      type: 'Progressing',
      status: isLate ? 'False' : 'True',
      reason,
      message: `ReplicaSet "${currentName}" ${words}`,
    },
    now,
  );
  return stamp(deployment, condition, { now, hasMoved: hasMoved && !isComplete });
}

/** Whether the counts say more than the status of before: each new ready pod is progress. */
function movedSince(deployment: KubeObject, counts: Counts): boolean {
  const status = part(deployment, 'status');
  return (
    counts.updated > numberOf(status, 'updatedReplicas') ||
    counts.ready > numberOf(status, 'readyReplicas') ||
    counts.available > numberOf(status, 'availableReplicas')
  );
}

/** With the time of its last change: the old one while it says the same and nothing has moved. */
function stamp(
  deployment: KubeObject,
  condition: JsonObject,
  { now, hasMoved }: { readonly now: string; readonly hasMoved: boolean },
): JsonObject {
  const before = listOf(part(deployment, 'status'), 'conditions').find(
    ({ type }) => type === condition['type'],
  );
  const isSame = ['status', 'reason', 'message'].every((key) => isEqual(before?.[key], condition[key]));
  return { ...condition, lastUpdateTime: isSame && !hasMoved ? (before?.['lastUpdateTime'] ?? now) : now };
}
