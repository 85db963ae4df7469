import type { KubeObject } from '../cluster/kube-object.js';
import { defaultGraceTimes as grace } from './grace-times.js';
import { podsRefused, unschedulable } from './room-trouble.js';

const pending = (message: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
});

test.each([
  [
    '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    '0/3 nodes are available: 3 Insufficient cpu',
    /^Ask for less/,
  ],
  [
    '0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.',
    '0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}',
    /toleration/,
  ],
  [
    'pod has unbound immediate PersistentVolumeClaims',
    'pod has unbound immediate PersistentVolumeClaims',
    /claims/,
  ],
])('a pod that no node takes: %s', (message, why, advice) => {
  const symptom = unschedulable(pending(message), grace);
  expect(symptom).toMatchObject({
    class: 'needs-room',
    cause: `no node takes pod p: ${why}`,
    graceMs: 120_000,
  });
  expect(symptom?.advice).toMatch(advice);
});

test.each([
  [
    '(combined from similar events): Error creating: pods "web-1-x" is forbidden: exceeded quota: small, requested: cpu=1, used: cpu=2, limited: cpu=2',
    'needs-room',
    'quota small of the namespace allows no more of its pods (requested: cpu=1, used: cpu=2, limited: cpu=2)',
  ],
  [
    'create Pod db-0 in StatefulSet db failed error: admission webhook "a.example" denied the request: no',
    'heals-sometimes',
    'admission webhook a.example refuses its pods: no',
  ],
  [
    'Error creating: Internal error occurred: failed calling webhook "a.example": failed to call webhook: Post "https://a.svc:443/?timeout=10s": no endpoints available for service "a"',
    'needs-room',
    'admission webhook a.example does not answer, so its pods cannot be created: no endpoints available for service "a"',
  ],
  [
    'Error creating: pods "web-1-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
    'heals-sometimes',
    'service account web, which its pods use, does not exist',
  ],
  [
    'Error creating: pods "web-1-x" is forbidden: violates PodSecurity "restricted:latest": privileged',
    'heals-sometimes',
    'its pods are refused: violates PodSecurity "restricted:latest": privileged',
  ],
])('pods that are not taken: %s', (message, ofClass, cause) => {
  expect(podsRefused(message, grace)).toMatchObject({ class: ofClass, cause });
});
