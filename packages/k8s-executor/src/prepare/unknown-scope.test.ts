import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { createFakeCluster } from '../testing/fake-cluster.js';
import { refuseUnknownScope } from './unknown-scope.js';

const overloaded: ApiFailure = {
  kind: 'status',
  code: 503,
  reason: 'ServiceUnavailable',
  message: 'service unavailable',
  causes: [],
};
const reading = { apiVersion: 'metrics.acme.test/v1', kind: 'Reading', failure: overloaded };

function apiService(status: string, service?: object): KubeObject {
  const conditions = [
    { type: 'Available', status, reason: 'ServiceNotFound', message: 'service is not present' },
  ];
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.metrics.acme.test' },
    spec: { group: 'metrics.acme.test', version: 'v1', ...(service && { service: { ...service } }) },
    status: { conditions },
  };
}

function refuse(held: KubeObject | undefined, failure = overloaded) {
  const fake = createFakeCluster();
  if (held !== undefined) fake.put(held);
  return refuseUnknownScope({ ...reading, failure }, fake.cluster);
}

test('an API server of its own that is down is named, with what is behind it', async () => {
  const refusal = await refuse(apiService('False', { namespace: 'monitoring', name: 'metrics' }));
  expect(refusal).toMatchObject({
    exitCode: 69,
    message:
      'APIService v1.metrics.acme.test, which serves Reading, is not available: service is not present',
  });
  expect(refusal.help).toContain('Service monitoring/metrics');
  expect(refusal.help).toContain('kubectl describe apiservice v1.metrics.acme.test');
});

test('where none is down it is the cluster that does not answer', async () => {
  const unreachable: ApiFailure = { kind: 'unreachable', message: 'connect ECONNREFUSED' };
  const down = apiService('False', { namespace: 'monitoring', name: 'metrics' });
  for (const refusal of [
    await refuse(undefined),
    await refuse(apiService('True', { namespace: 'monitoring', name: 'metrics' })),
    await refuse(apiService('False')),
    await refuse(down, unreachable),
  ])
    expect(refusal.message).toMatch(/^the API server does not/);
});
