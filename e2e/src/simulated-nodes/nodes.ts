import { mergePatch, KubeError, type KubeClient } from '../kube-client/kube-client.js';
import { ignoring } from './pod-events.js';
import { timestamp } from './pod.js';

/** Names of the simulated nodes: `simulated-0`, … */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `simulated-${index}`);
}

/** Creates the node and makes it ready for pods; `logPort` is where its kubelet serves logs. */
export async function registerNode(client: KubeClient, name: string, logPort: number): Promise<void> {
  const index = Number(name.split('-').at(-1));
  const body = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: nodeLabels(name, index) },
    spec: { podCIDR: `10.244.${index}.0/24`, providerID: `simulated://${name}` },
  };
  await ignoring([409], client.request({ method: 'POST', path: '/api/v1/nodes', body }));
  await reportNode(client, name, logPort);
  // The API server taints every new node until its first report.
  const untaint = { spec: { taints: null } };
  await client.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${name}`,
    body: untaint,
    contentType: mergePatch,
  });
}

/** What keeps the node controller from calling the node lost; due every ten seconds. */
export async function renewNodeLease(client: KubeClient, name: string): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
  try {
    await client.request({
      method: 'PATCH',
      path: `${leases}/${name}`,
      body: { spec },
      contentType: mergePatch,
    });
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 404) throw error;
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
    // 404: the namespace is made by the API server a moment after its own start.
    await ignoring([404, 409], client.request({ method: 'POST', path: leases, body }));
  }
}

function nodeLabels(name: string, index: number): Record<string, string> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'topology.kubernetes.io/zone': `zone-${'abc'[index % 3] ?? 'a'}`,
    'node.kubernetes.io/instance-type': 'simulated',
  };
}

/** Says that the node is ready, and renews its lease. */
export async function reportNode(client: KubeClient, name: string, logPort: number): Promise<void> {
  const amount = { cpu: '256', memory: '1Ti', pods: '5000', 'ephemeral-storage': '10Ti' };
  const status = {
    capacity: amount,
    allocatable: amount,
    conditions: [
      condition('Ready', 'True', 'KubeletReady'),
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
    ],
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: logPort } },
    nodeInfo: nodeInfo(name),
  };
  const path = `/api/v1/nodes/${name}/status`;
  await client.request({ method: 'PATCH', path, body: { status }, contentType: mergePatch });
  await renewNodeLease(client, name);
}

function condition(type: string, status: 'True' | 'False', reason: string): Record<string, string> {
  const now = timestamp();
  return { type, status, reason, message: reason, lastHeartbeatTime: now, lastTransitionTime: now };
}

function nodeInfo(name: string): Record<string, string> {
  return {
    architecture: 'amd64',
    operatingSystem: 'linux',
    kubeletVersion: 'v1.36.3-simulated',
    kernelVersion: 'simulated',
    osImage: 'simulated',
    containerRuntimeVersion: 'simulated://0',
    kubeProxyVersion: '',
    machineID: name,
    systemUUID: name,
    bootID: name,
  };
}
