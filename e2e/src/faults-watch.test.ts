import type { Clock } from '@flotilla/core';
import type { SharedWatch } from '@flotilla/k8s-executor';
import { ApiCluster, transportTo } from '@flotilla/k8s-executor/testing';
import type { FaultPlan } from './faults/fault.js';
import { startProxyBefore, type ProxyBefore } from './faults/proxy-before.js';
import { awaitObject } from './kube-client/await-object.js';
import { createNamespace } from './testing/create-namespace.js';
import { useControlPlane } from './testing/use-control-plane.js';

/** So that a silence of 75 seconds takes three. */
const speed = 25;

const { cluster } = useControlPlane({ nodes: { nodes: 0 } });
let proxy: ProxyBefore;

beforeAll(async () => {
  proxy = await startProxyBefore(cluster);
});

afterAll(async () => {
  await proxy.close();
});

/** Time that runs faster than the machine's. */
function hastyClock(): Clock {
  const now = () => performance.now() * speed;
  return {
    now,
    until: (atMs, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, atMs - now()) / speed);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

/** The ConfigMaps of a new namespace, seen through the proxy on a clock that hurries. */
async function watchConfigMaps(namespace: string, plan: FaultPlan) {
  await createNamespace(cluster.client, namespace);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  await awaitObject(cluster.client, path, { accept: () => true });
  proxy.forget();
  proxy.plan = plan;
  const clock = hastyClock();
  const transport = transportTo(proxy.server, proxy.authority);
  const watching = new ApiCluster({
    transport,
    context: 'test',
    defaultNamespace: namespace,
    clock,
    random: () => 0.5,
  });
  const resource = await watching.resource('v1', 'ConfigMap');
  if (!resource.ok || resource.value === undefined) throw new Error('There are no ConfigMaps.');
  const watches = () => proxy.exchanges.filter(({ isWatch }) => isWatch).length;
  return { watching, watch: watching.watch(resource.value, namespace), clock, watches };
}

/** Resolves when the watch tells of the object. */
function nextChange(watch: SharedWatch, name: string): Promise<void> {
  return new Promise((resolve) => {
    watch.subscribe((event) => {
      if (event.type === 'changed' && event.object.metadata.name === name) resolve();
    });
  });
}

test('a silent watch is broken and begun again, and has missed nothing', async () => {
  // kube-root-ca.crt and the bookmark after it; then nothing more.
  const plan: FaultPlan = ({ isWatch, path, count }) =>
    isWatch && path.includes('/silent/') && count === 1 ? { kind: 'watch-silent', afterLines: 2 } : undefined;
  const { watching, watch, watches } = await watchConfigMaps('silent', plan);
  await watch.synced;
  const seen = nextChange(watch, 'late');
  await cluster.kubectl(['create', 'configmap', 'late', '-n', 'silent']);
  await seen;
  // The first one tells nothing more; on a slow machine further ones may have been silent for long enough, too.
  expect(watches()).toBeGreaterThanOrEqual(2);
  watching.close();
});

test('first objects that are cut off each time are listed instead, and followed', async () => {
  const plan: FaultPlan = ({ isWatch, query }) =>
    isWatch && query.has('sendInitialEvents') ? { kind: 'watch-cut', afterLines: 1 } : undefined;
  const { watching, watch } = await watchConfigMaps('cut', plan);
  await watch.synced;
  expect(watch.get('kube-root-ca.crt')).toBeDefined();
  const seen = nextChange(watch, 'late');
  await cluster.kubectl(['create', 'configmap', 'late', '-n', 'cut']);
  await seen;
  watching.close();
});

test('watches that end at once come back ever more slowly', async () => {
  const plan: FaultPlan = ({ isWatch }) => (isWatch ? { kind: 'watch-end' } : undefined);
  const { watching, clock, watches } = await watchConfigMaps('ending', plan);
  await clock.until(clock.now() + 60_000);
  expect(watches()).toBeLessThanOrEqual(12);
  watching.close();
});

test('closing leaves no connection', async () => {
  const { watching, watch } = await watchConfigMaps('closing', () => undefined);
  await watch.synced;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      watching.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'closing', name: 'kube-root-ca.crt' }),
    ),
  );
  watching.close();
  await proxy.disconnected();
});
