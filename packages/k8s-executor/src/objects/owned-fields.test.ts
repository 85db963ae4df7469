import type { KubeObject } from '../cluster/kube-object.js';
import { lostFields, ownerOfField } from './owned-fields.js';
import { valueAt } from './field-path.js';

const desired = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', namespace: 'n', labels: { app: 'a' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'a' } },
    template: {
      spec: { containers: [{ name: 'server', image: 'x:1', ports: [{ containerPort: 80 }], resources: {} }] },
    },
  },
} as unknown as KubeObject;

// As kube-apiserver 1.36.3 writes it.
const server = {
  '.': {},
  'f:name': {},
  'f:image': {},
  'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
};
function live(ours: Record<string, unknown>, theirs: Record<string, unknown> = {}): KubeObject {
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:selector': {},
      'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"server"}': server } } },
      ...ours,
    },
  };
  const managedFields = [
    { manager: 'flotilla', operation: 'Apply', fieldsV1 },
    { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': theirs } },
  ];
  return { ...desired, metadata: { ...desired.metadata, managedFields } } as unknown as KubeObject;
}

test('nothing is lost while every field asked for is ours', () => {
  expect(lostFields(desired, live({ 'f:replicas': {} }))).toEqual([]);
});

test('a field that another manager has taken is named, with who took it', () => {
  const edited = live({}, { 'f:replicas': {} });
  expect(lostFields(desired, edited)).toEqual(['.spec.replicas']);
  expect(ownerOfField(edited, '.spec.replicas')).toBe('kubectl-edit');
});

test('an object that we never applied is lost as a whole', () => {
  expect(lostFields(desired, desired)).toEqual(['.']);
});

test('a path of the API server finds its value', () => {
  expect(valueAt(desired, '.spec.template.spec.containers[name="server"].image')).toBe('x:1');
  expect(
    valueAt(desired, '.spec.template.spec.containers[name="server"].ports[containerPort=80].containerPort'),
  ).toBe(80);
  expect(valueAt(desired, '.spec.nothing.here')).toBeUndefined();
});
