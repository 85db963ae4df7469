import type { ApiResult } from './api-failure.js';
import { Discovery } from './discovery.js';
import type { Json } from './json.js';
import type { ApiRequest, ApiResponse, Transport } from './transport/transport.js';

function transportOf(answer: (request: ApiRequest) => Json | number) {
  const asked: string[] = [];
  const transport: Transport = {
    server: 'http://server',
    request: (request): Promise<ApiResult<ApiResponse>> => {
      asked.push(request.path);
      const body = answer(request);
      if (typeof body !== 'number')
        return Promise.resolve({ ok: true, value: { status: 200, body, warnings: [] } });
      const failure = {
        kind: 'status' as const,
        code: body,
        reason: '',
        message: `status ${body}`,
        causes: [],
      };
      return Promise.resolve({ ok: false, failure });
    },
    lines: () => Promise.reject(new Error('discovery streams nothing')),
    close: () => undefined,
  };
  return { asked, discovery: new Discovery(transport) };
}

const resource = (kind: string, plural: string, scope: string) => ({
  resource: plural,
  responseKind: { group: '', version: '', kind },
  scope,
  verbs: ['get', 'list', 'watch'],
  subresources: [{ subresource: 'status' }],
});
/** A group in one version; without resources its own server is down. */
const group = (name: string, version: string, resources: readonly Json[]) => ({
  metadata: name === '' ? {} : { name },
  versions: [{ version, resources, freshness: resources.length === 0 ? 'Stale' : 'Current' }],
});
const aggregated = (...items: Json[]) => ({ kind: 'APIGroupDiscoveryList', items });

const CORE = aggregated(
  group('', 'v1', [resource('Pod', 'pods', 'Namespaced'), resource('Node', 'nodes', 'Cluster')]),
);
const APPS = group('apps', 'v1', [resource('Deployment', 'deployments', 'Namespaced')]);

test('two requests for all kinds, however many ask at once', async () => {
  const { asked, discovery } = transportOf(({ path }) => (path === '/api' ? CORE : aggregated(APPS)));
  const found = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0 ? discovery.resource('v1', 'Node') : discovery.resource('apps/v1', 'Deployment'),
    ),
  );
  expect(found[0]).toMatchObject({ ok: true, value: { plural: 'nodes', namespaced: false } });
  expect(found[1]).toMatchObject({
    ok: true,
    value: { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true },
  });
  expect(asked).toEqual(['/api', '/apis']);
});

test('an unknown kind is asked for once more, then no more until the resources are forgotten', async () => {
  const crd = group('x.io', 'v1', [resource('Thing', 'things', 'Namespaced')]);
  let isInstalled = false;
  const { asked, discovery } = transportOf(({ path }) =>
    path === '/api' ? CORE : isInstalled ? aggregated(APPS, crd) : aggregated(APPS),
  );
  await discovery.load();
  const ask = () => discovery.resource('x.io/v1', 'Thing');
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ ok: true, value: undefined }));
  expect(await ask()).toEqual({ ok: true, value: undefined });
  expect(asked).toHaveLength(4);
  isInstalled = true;
  expect(await ask()).toEqual({ ok: true, value: undefined });
  discovery.forget();
  expect(await ask()).toMatchObject({ value: { plural: 'things' } });
  expect(asked).toHaveLength(6);
});

test.each([
  ['answers with the old document', { kind: 'APIGroupList', groups: [] }],
  ['answers 406', 406],
])('group versions are asked for one by one where the server %s', async (_what, answer) => {
  const { asked, discovery } = transportOf(({ path }) => {
    if (path === '/apis/apps/v1') {
      return {
        kind: 'APIResourceList',
        resources: [
          { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get'] },
          { name: 'deployments/scale', kind: 'Scale', namespaced: true, verbs: ['get'] },
        ],
      };
    }
    return path.startsWith('/apis/') ? 404 : answer;
  });
  expect(await discovery.resource('apps/v1', 'Deployment')).toMatchObject({
    value: { plural: 'deployments' },
  });
  expect(await discovery.resource('nope/v1', 'X')).toEqual({ ok: true, value: undefined });
  expect(asked.filter((path) => path === '/apis/apps/v1')).toHaveLength(1);
});

test('a group whose own server is down is not the same as an unknown kind', async () => {
  const { discovery } = transportOf(({ path }) => {
    if (path === '/apis/metrics.k8s.io/v1beta1') return 503;
    return path === '/api' ? CORE : aggregated(group('metrics.k8s.io', 'v1beta1', []));
  });
  expect(await discovery.resource('metrics.k8s.io/v1beta1', 'PodMetrics')).toMatchObject({
    ok: false,
    failure: { code: 503 },
  });
});

test('a failure is not remembered', async () => {
  let count = 0;
  const { discovery } = transportOf(({ path }) => {
    count += 1;
    return count <= 2 ? 500 : path === '/api' ? CORE : aggregated();
  });
  expect(await discovery.resource('v1', 'Pod')).toMatchObject({ ok: false, failure: { code: 500 } });
  expect(await discovery.resource('v1', 'Pod')).toMatchObject({ ok: true, value: { plural: 'pods' } });
});
