import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { lookAgain } from './second-look.js';
import type { Symptom } from './symptom.js';

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
} as KubeObject;
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' } } as KubeObject;
const base = { class: 'heals-sometimes', graceMs: 0, conclusive: true, cause: '' } as const;

function clusterWith(found: Record<string, unknown> | undefined, events: readonly string[] = []): Cluster {
  return {
    get: () => Promise.resolve({ ok: true, value: found }),
    resource: () => Promise.resolve({ ok: true, value: {} }),
    list: () =>
      Promise.resolve({
        ok: true,
        value: events.map((reason, at) => ({
          reason,
          lastTimestamp: `2026-01-01T00:00:0${at}Z`,
          metadata: {},
        })),
      }),
  } as unknown as Cluster;
}

const look = (symptom: Symptom, cluster: Cluster) => lookAgain(symptom, { object, pods: [pod] }, cluster);

test('what a kubelet missed and is there by now is no verdict', async () => {
  const symptom: Symptom = {
    ...base,
    key: 'config/app',
    missing: { kind: 'Secret', name: 'db', key: 'password' },
  };
  expect(await look(symptom, clusterWith(undefined))).toEqual({ kind: 'final' });
  expect(await look(symptom, clusterWith({ data: { user: '' } }))).toEqual({ kind: 'final' });
  expect(await look(symptom, clusterWith({ data: { password: '' } }))).toMatchObject({ kind: 'wait' });
});

test('a scale-up counts until the autoscaler takes it back', async () => {
  const symptom: Symptom = { ...base, class: 'needs-room', key: 'unschedulable', pod: 'p' };
  expect(await look(symptom, clusterWith(undefined))).toEqual({ kind: 'final' });
  expect(await look(symptom, clusterWith(undefined, ['TriggeredScaleUp']))).toMatchObject({ kind: 'wait' });
  expect(await look(symptom, clusterWith(undefined, ['TriggeredScaleUp', 'NotTriggerScaleUp']))).toEqual({
    kind: 'final',
  });
});

test('a missed deadline must still be missed when it is asked about', async () => {
  const symptom: Symptom = { ...base, key: 'progress-deadline' };
  const progressing = (reason: string) => ({
    status: { conditions: [{ type: 'Progressing', status: 'True', reason }] },
  });
  expect(await look(symptom, clusterWith(progressing('ProgressDeadlineExceeded')))).toEqual({
    kind: 'final',
  });
  expect(await look(symptom, clusterWith(progressing('ReplicaSetUpdated')))).toEqual({ kind: 'wait' });
});
