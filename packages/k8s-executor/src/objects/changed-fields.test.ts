import type { KubeObject } from '../cluster/kube-object.js';
import { changedSpecFields, leavesBelow } from './changed-fields.js';

function withSpec(spec: KubeObject['spec']): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    ...(spec !== undefined && { spec }),
  };
}

test('fields that were asked to change are named, defaults of the server and allowed ones are not', () => {
  const live = withSpec({
    replicas: 1,
    serviceName: 'db',
    podManagementPolicy: 'OrderedReady',
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { size: '1Gi', volumeMode: 'Filesystem' } }],
  });
  const claim = (size: string) => ({ metadata: { name: 'data' }, spec: { size } });
  const desired = withSpec({ replicas: 2, serviceName: 'db', volumeClaimTemplates: [claim('2Gi')] });
  expect(changedSpecFields(desired, live, ['replicas'])).toEqual(['spec.volumeClaimTemplates']);
  const same = withSpec({ serviceName: 'db', volumeClaimTemplates: [claim('1Gi')] });
  expect(changedSpecFields(same, live, [])).toEqual([]);
  const more = withSpec({ volumeClaimTemplates: [claim('1Gi'), claim('1Gi')] });
  expect(changedSpecFields(more, live, [])).toEqual(['spec.volumeClaimTemplates']);
});

test('leaves are plain values, lists and empty mappings', () => {
  expect(leavesBelow({ a: { b: 1, c: [1, 2] }, d: {} }, '.data')).toEqual([
    '.data.a.b',
    '.data.a.c',
    '.data.d',
  ]);
  expect(leavesBelow('x', '.data.k')).toEqual(['.data.k']);
});
