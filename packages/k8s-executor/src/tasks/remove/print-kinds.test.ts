import type { KubeObject } from '../../cluster/kube-object.js';
import { printKinds } from './print-kinds.js';

function object(kind: string, name: string, namespace?: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

test('objects of a kind stand together, three of them by name', () => {
  const crds = ['a', 'b', 'c', 'd'].map((name) => object('CustomResourceDefinition', `${name}.acme.test`));
  const claims = [
    object('PersistentVolumeClaim', 'data', 'shop'),
    object('PersistentVolumeClaim', 'log', 'shop'),
  ];
  expect(printKinds([...claims, object('Namespace', 'shop'), ...crds])).toBe(
    '2 PersistentVolumeClaims (shop/data, shop/log), Namespace shop, ' +
      '4 CustomResourceDefinitions (a.acme.test, b.acme.test, c.acme.test, …)',
  );
});

test('a single object is named as everywhere', () => {
  expect(printKinds([object('PersistentVolumeClaim', 'data', 'shop')])).toBe(
    'PersistentVolumeClaim shop/data',
  );
});

test('kinds have their English plurals', () => {
  const pair = (kind: string) => printKinds([object(kind, 'a'), object(kind, 'b')]);
  expect([pair('Ingress'), pair('NetworkPolicy'), pair('Gateway')]).toEqual([
    '2 Ingresses (a, b)',
    '2 NetworkPolicies (a, b)',
    '2 Gateways (a, b)',
  ]);
});
