import type { KubeObject } from '../cluster/kube-object.js';
import { nodeName } from './pods/simulated-pod.js';

/** What is there when the cluster starts, each with the plural of its kind. */
export function firstObjects(now: string): readonly (readonly [string, KubeObject])[] {
  const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
  const amount = { cpu: '256', memory: '1Ti', pods: '5000' };
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  return [
    ...namespaces.map(
      (name) => ['namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }] as const,
    ),
    [
      'nodes',
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name: nodeName,
          labels: { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux' },
        },
        spec: {},
        status: {
          capacity: amount,
          allocatable: amount,
          conditions: [ready],
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          nodeInfo: {
            kubeletVersion: 'v1.36.3+flotilla-embedded',
            osImage: 'simulated',
            architecture: 'amd64',
            operatingSystem: 'linux',
          },
        },
      },
    ],
    [
      'storageclasses',
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: {
          name: 'standard',
          annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
        },
        provisioner: 'flotilla.dev/embedded',
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'Immediate',
      },
    ],
  ];
}
