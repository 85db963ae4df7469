import type { KubeObject } from '../../cluster/kube-object.js';
import { printPods } from './print-pods.js';

const pod = (status: KubeObject['status']): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  ...(status !== undefined && { status }),
});
const running = pod({ phase: 'Running' });
const ready = pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });

test.each([
  ['nothing without pods', [], ''],
  ['nothing of pods that are ready', [ready, ready], ''],
  [
    'those that are not, most first',
    [ready, pod({ phase: 'Pending' }), running, running],
    '2 pods: running, but not ready; 1 pod: pending',
  ],
  ['one that no kubelet has seen', [pod({})], '1 pod: no kubelet has seen it yet'],
])('tells %s', (_, pods, text) => {
  expect(printPods(pods)).toBe(text);
});
