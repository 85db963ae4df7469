import type { KubeObject } from '../cluster/kube-object.js';
import { gateSymptom, probeSymptom } from './probe-trouble.js';

const pod = (container: Record<string, unknown>, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'app', ...container }], ...spec },
  status: { conditions: [{ type: 'ContainersReady', status: 'True' }] },
});
const running = { name: 'app', ready: false, started: true, state: { running: {} } };

test.each([
  [{ httpGet: { path: '/up', port: 'web' } }, 'HTTP GET /up on port web'],
  [{ httpGet: { port: 8443, scheme: 'HTTPS' } }, 'HTTPS GET / on port 8443'],
  [{ tcpSocket: { port: 5432 } }, 'TCP port 5432'],
  [{ grpc: { port: 9000 } }, 'gRPC port 9000'],
  [{ exec: { command: ['pg_isready', '-q'] } }, 'command pg_isready -q'],
])('a probe that does not succeed is named, and never a verdict: %j', (readinessProbe, words) => {
  expect(probeSymptom(pod({ readinessProbe }), running)).toMatchObject({
    conclusive: false,
    cause: `container app runs but is not ready: its readiness probe (${words}) does not succeed`,
  });
});

test('before a container has started up its startup probe is the one', () => {
  const probes = { readinessProbe: { grpc: { port: 1 } }, startupProbe: { tcpSocket: { port: 2 } } };
  expect(probeSymptom(pod(probes), { ...running, started: false })?.cause).toContain(
    'startup probe (TCP port 2)',
  );
});

test('a container without a probe, or one that is ready, says nothing', () => {
  expect(probeSymptom(pod({}), running)).toBeUndefined();
  expect(
    probeSymptom(pod({ readinessProbe: { grpc: { port: 1 } } }), { ...running, ready: true }),
  ).toBeUndefined();
});

test('a readiness gate that is not open is named', () => {
  const gated = pod({}, { readinessGates: [{ conditionType: 'example.com/in-service' }] });
  expect(gateSymptom(gated)?.cause).toBe('pod p waits for its readiness gate example.com/in-service');
  expect(gateSymptom(pod({}))).toBeUndefined();
});
