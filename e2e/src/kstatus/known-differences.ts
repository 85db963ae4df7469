import type { KstatusStatus } from './ask-kstatus.js';
import { conditionsOf, statusOf, type JudgedObject } from './judged-object.js';

/** A case in which we judge otherwise than kstatus 0.37.2, on purpose. A row of docs/readiness.md. */
export interface KnownDifference {
  /** `group/Kind`, without a slash for the core group. */
  readonly kind: string;
  readonly when: string;
  readonly applies: (object: JudgedObject) => boolean;
  readonly kstatus: readonly KstatusStatus[];
  readonly ours: 'progressing' | 'current' | 'failed';
  readonly why: string;
}

const fieldOf = (object: JudgedObject, part: 'spec' | 'status', key: string): unknown => object[part]?.[key];
const isMissing = (value: unknown) => value === undefined || value === null;
const isOnDelete = ({ spec }: JudgedObject) =>
  (spec?.['updateStrategy'] as { type?: string } | undefined)?.type === 'OnDelete';
const hasAddress = ({ status }: JudgedObject) =>
  ((status?.['loadBalancer'] as { ingress?: readonly unknown[] } | undefined)?.ingress ?? []).length > 0;
const isLoadBalancer = (object: JudgedObject) => fieldOf(object, 'spec', 'type') === 'LoadBalancer';
const isTrue = (object: JudgedObject, type: string) =>
  conditionsOf(object).some((condition) => condition.type === type && condition.status === 'True');

/** All of them: the differential test fails on any other. The first row that applies counts. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    kind: 'apps/Deployment',
    when: '`status.observedGeneration` is missing',
    applies: (object) => isMissing(fieldOf(object, 'status', 'observedGeneration')),
    kstatus: ['Current', 'Failed'],
    ours: 'progressing',
    why: 'No controller has seen it: what its status says is not about it.',
  },
  {
    kind: 'apps/Deployment',
    when: '`spec.paused` is true',
    applies: (object) => fieldOf(object, 'spec', 'paused') === true,
    kstatus: ['InProgress', 'Failed'],
    ours: 'current',
    why: 'A paused rollout is what was asked for; waiting for it would only end at the timeout.',
  },
  {
    kind: 'apps/StatefulSet',
    when: '`status.observedGeneration` is missing or 0',
    applies: (object) => (fieldOf(object, 'status', 'observedGeneration') ?? 0) === 0,
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'No controller has seen it.',
  },
  {
    kind: 'apps/StatefulSet',
    when: 'it updates `OnDelete` and fewer replicas are ready than asked for',
    applies: isOnDelete,
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'Whoever updates pods by hand still wants them to run.',
  },
  {
    kind: 'apps/DaemonSet',
    when: 'it updates `OnDelete` and only `updatedNumberScheduled` is too small',
    applies: isOnDelete,
    kstatus: ['InProgress'],
    ours: 'current',
    why: 'Old pods stay until somebody deletes them; that is what OnDelete asks for.',
  },
  {
    kind: 'Pod',
    when: 'its phase is `Failed`',
    applies: (object) => fieldOf(object, 'status', 'phase') === 'Failed',
    kstatus: ['Current'],
    ours: 'failed',
    why: 'It ended badly and nothing starts it again.',
  },
  {
    kind: 'Pod',
    when: 'it has been unschedulable for 15 s',
    applies: (object) =>
      fieldOf(object, 'status', 'phase') === 'Pending' && statusOf(object, 'PodScheduled') !== undefined,
    kstatus: ['Failed'],
    ours: 'progressing',
    why: 'A node may be on its way. A run fails it when that lasts and no scale-up is announced.',
  },
  {
    kind: 'Pod',
    when: 'its phase is `Unknown` or a word that Kubernetes does not have',
    applies: () => true,
    kstatus: ['error'],
    ours: 'progressing',
    why: 'The node does not answer; it may come back.',
  },
  {
    kind: 'batch/Job',
    when: '`FailureTarget` is True',
    applies: (object) => isTrue(object, 'FailureTarget'),
    kstatus: ['InProgress', 'Current'],
    ours: 'failed',
    why: 'The verdict is out; only its last pods have yet to end.',
  },
  {
    kind: 'batch/Job',
    when: '`spec.suspend` is true and `Suspended` is True',
    applies: (object) => fieldOf(object, 'spec', 'suspend') === true && isTrue(object, 'Suspended'),
    kstatus: ['InProgress'],
    ours: 'current',
    why: 'It is as asked for. kstatus says so too since May 2025, after 0.37.2. A job task goes on waiting.',
  },
  {
    kind: 'PersistentVolumeClaim',
    when: 'its phase is `Lost`',
    applies: (object) => fieldOf(object, 'status', 'phase') === 'Lost',
    kstatus: ['InProgress'],
    ours: 'failed',
    why: 'A lost volume does not come back.',
  },
  {
    kind: 'Service',
    when: 'a LoadBalancer has no address in `status.loadBalancer.ingress`',
    applies: (object) => isLoadBalancer(object) && !hasAddress(object),
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'Nobody can reach it yet (Argo CD says so too).',
  },
  {
    kind: 'Service',
    when: 'a LoadBalancer has an address, but no `spec.clusterIP`',
    applies: (object) => isLoadBalancer(object) && hasAddress(object),
    kstatus: ['InProgress'],
    ours: 'current',
    why: 'The address is what counts (Argo CD says so too).',
  },
  {
    kind: 'Namespace',
    when: 'its phase is not `Active`',
    applies: (object) => fieldOf(object, 'status', 'phase') !== 'Active',
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'Nothing can be created in it.',
  },
  {
    kind: 'autoscaling/HorizontalPodAutoscaler',
    when: '`AbleToScale` is there and not True (of autoscaling/v1: in its annotation)',
    applies: () => true,
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'It cannot scale what it names. Missing metrics are only told: they come after the pods.',
  },
  {
    kind: 'apiregistration.k8s.io/APIService',
    when: '`Available` is not True',
    applies: (object) => statusOf(object, 'Available') !== 'True',
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'The API that it announces does not answer (Argo CD says so too).',
  },
  {
    kind: 'gateway.networking.k8s.io/Gateway',
    when: '`Accepted` is False',
    applies: (object) => statusOf(object, 'Accepted') === 'False',
    kstatus: ['Current', 'InProgress'],
    ours: 'failed',
    why: 'Its controller refuses it (Argo CD says so too).',
  },
  {
    kind: 'gateway.networking.k8s.io/Gateway',
    when: '`Programmed` is not True',
    applies: (object) => statusOf(object, 'Programmed') !== 'True',
    kstatus: ['Current'],
    ours: 'progressing',
    why: 'No data plane serves it yet (Argo CD says so too).',
  },
  {
    kind: 'gateway.networking.k8s.io/GatewayClass',
    when: '`Accepted` is False',
    applies: (object) => statusOf(object, 'Accepted') === 'False',
    kstatus: ['Current', 'InProgress'],
    ours: 'failed',
    why: 'Its controller refuses it.',
  },
];

/** The row that explains a disagreement; undefined when none does. */
export function findDifference(
  object: JudgedObject,
  kstatus: KstatusStatus,
  ours: KnownDifference['ours'],
): KnownDifference | undefined {
  const group = object.apiVersion.includes('/') ? `${object.apiVersion.split('/')[0] ?? ''}/` : '';
  return knownDifferences.find(
    (row) =>
      row.kind === group + object.kind &&
      row.kstatus.includes(kstatus) &&
      row.ours === ours &&
      row.applies(object),
  );
}
