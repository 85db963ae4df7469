import type { KubeObject } from '../cluster/kube-object.js';
import { conflictItem, diffItem } from './diff-item.js';

const crd = (...names: readonly string[]): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certs.acme.example' },
  spec: { scope: 'Namespaced', versions: names.map((name) => ({ name, served: name === 'v1' })) },
});

test('of a list that somebody else holds as a whole a conflict shows the parts that differ', () => {
  const [live, desired] = [crd('v1', 'v2'), crd('v1')];
  const subject = { task: 'services.a', desired, redact: (text: string) => text };
  const whole = { path: '.spec.versions', from: ['v1', 'v2'], to: ['v1'], manager: 'eve' };
  expect(conflictItem(subject, [whole], diffItem(subject, live, desired))).toMatchObject({
    action: 'conflict',
    fields: [
      { path: '.spec.versions[name="v2"].name', from: 'v2', to: null, manager: 'eve' },
      { path: '.spec.versions[name="v2"].served', from: false, to: null, manager: 'eve' },
    ],
  });
  expect(conflictItem(subject, [whole], diffItem(subject, live, live)).fields).toEqual([whole]);
});
