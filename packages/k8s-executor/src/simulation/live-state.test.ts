import { createEmbeddedServer } from '../embedded/create-embedded-server.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { findLack } from './live-state.js';
import { createVirtualClock } from './virtual-clock.js';

function clusterWith(...objects: readonly (readonly [string, KubeObject])[]) {
  const clock = createVirtualClock(() => 0.5);
  const server = createEmbeddedServer({ clock, random: () => 0.5, startedAtMs: 0 });
  for (const [plural, object] of objects) server.store.put(server.kinds.builtIn(plural), object);
  return server;
}

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'keys', namespace: 'shop' },
  stringData: { password: 'hush' },
};
const config: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'web', namespace: 'shop' },
  data: { list: '1' },
};
const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'main', image: 'a' }] } } },
};

test('an object that is as asked, with more besides, lacks nothing', () => {
  const more = { ...config, metadata: { ...config.metadata, uid: '1' }, data: { list: '1', other: '2' } };
  expect(findLack(clusterWith(['configmaps', more]), config, 'readiness')).toBeUndefined();
});

test('what a Secret says in plain text is found as the server keeps it', () => {
  const { apiVersion, kind, metadata } = secret;
  const live = { apiVersion, kind, metadata, data: { password: 'aHVzaA==' } };
  expect(findLack(clusterWith(['secrets', live]), secret, 'readiness')).toBeUndefined();
  const other = { ...live, data: { password: 'b3RoZXI=' } };
  expect(findLack(clusterWith(['secrets', other]), secret, 'readiness')).toBe(
    'Secret shop/keys is not as asked at .data.password',
  );
});

test('what is missing, other than asked or not ready is told', () => {
  expect(findLack(clusterWith(), config, 'readiness')).toBe('ConfigMap shop/web is missing');
  const image: KubeObject = {
    ...job,
    spec: { template: { spec: { containers: [{ name: 'main', image: 'b' }] } } },
  };
  expect(findLack(clusterWith(['jobs', image]), job, 'completion')).toBe(
    'Job shop/migrate is not as asked at .spec.template.spec.containers[0].image',
  );
  expect(findLack(clusterWith(['jobs', job]), job, 'completion')).toMatch(
    /^Job shop\/migrate is progressing/,
  );
});
