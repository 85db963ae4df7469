import { ManualClock } from '../testing/manual-clock.js';
import { ApiCluster } from './api-cluster.js';
import type { ApiResult } from './api-failure.js';
import { isJsonObject } from './json.js';
import type { Json } from './json.js';
import type { ApiRequest, ApiResponse, Transport } from './transport/transport.js';

const served = (kind: string, resource: string, scope = 'Namespaced') => ({
  resource,
  responseKind: { group: '', version: '', kind },
  scope,
  verbs: ['get', 'list', 'patch'],
});
const DISCOVERY: Json = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: {},
      versions: [
        {
          version: 'v1',
          resources: [served('ConfigMap', 'configmaps'), served('Namespace', 'namespaces', 'Cluster')],
        },
      ],
    },
    {
      metadata: { name: 'rbac.authorization.k8s.io' },
      versions: [{ version: 'v1', resources: [served('Role', 'roles')] }],
    },
  ],
};

function clusterOf(answer: (request: ApiRequest) => Json) {
  const asked: ApiRequest[] = [];
  const transport: Transport = {
    server: 'http://server',
    request: (request): Promise<ApiResult<ApiResponse>> => {
      if (request.path === '/api' || request.path === '/apis') {
        return Promise.resolve({ ok: true, value: { status: 200, body: DISCOVERY, warnings: [] } });
      }
      asked.push(request);
      const body = answer(request);
      if (isJsonObject(body) && typeof body['refused'] === 'number') {
        const { refused } = body;
        const message = typeof body['message'] === 'string' ? body['message'] : '';
        return Promise.resolve({
          ok: false,
          failure: { kind: 'status', code: refused, reason: '', message, causes: [] },
        });
      }
      return Promise.resolve({ ok: true, value: { status: 200, body, warnings: ['old'] } });
    },
    lines: (request) => {
      asked.push(request);
      return Promise.resolve({ ok: false, failure: { kind: 'aborted' } });
    },
    close: () => undefined,
  };
  const clock = new ManualClock();
  const cluster = new ApiCluster({ transport, context: 'c', defaultNamespace: 'd', clock, random: () => 0 });
  return { cluster, asked };
}

const configMap = (name: string, namespace = 'shop') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
});
const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };

test.each([
  [{}, { fieldManager: 'flotilla', fieldValidation: 'Strict', force: 'false' }],
  [
    { force: true, dryRun: true },
    { fieldManager: 'flotilla', fieldValidation: 'Strict', force: 'true', dryRun: 'All' },
  ],
])('applies with %j', async (options, query) => {
  const { cluster, asked } = clusterOf(({ body }) => body ?? null);
  const object = configMap('a');
  expect(await cluster.apply(object, options)).toEqual({ ok: true, value: { object, warnings: ['old'] } });
  expect(asked).toEqual([
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/shop/configmaps/a',
      query,
      contentType: 'application/apply-patch+yaml',
      body: object,
      // A dry run stores nothing, so nobody waits for its answer.
      ...(!('dryRun' in options) && { graceMs: 5_000 }),
    },
  ]);
});

test('keeps capitals in paths and encodes what has a meaning there', async () => {
  const { cluster, asked } = clusterOf(() => ({}));
  await cluster.get({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    namespace: 'a',
    name: 'My/Role:Admin?',
  });
  expect(asked[0]?.path).toBe('/apis/rbac.authorization.k8s.io/v1/namespaces/a/roles/My%2FRole%3AAdmin%3F');
  await cluster.get({ apiVersion: 'v1', kind: 'Namespace', namespace: 'ignored', name: 'b' });
  expect(asked[1]?.path).toBe('/api/v1/namespaces/b');
});

test('a path that would mean another object is our own bug', async () => {
  const { cluster } = clusterOf(() => ({}));
  await expect(cluster.delete({ ...reference, name: '' })).rejects.toThrow(/^Bug:/);
  await expect(cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' })).rejects.toThrow(/^Bug:/);
});

test('what does not exist is undefined to get and false to delete', async () => {
  const { cluster } = clusterOf(() => ({ refused: 404, message: 'not found' }));
  expect(await cluster.get(reference)).toEqual({ ok: true, value: undefined });
  expect(await cluster.delete(reference)).toEqual({ ok: true, value: false });
  const unknown = { ...reference, kind: 'Thing' };
  expect(await cluster.get(unknown)).toEqual({ ok: true, value: undefined });
  expect(await cluster.delete(unknown)).toEqual({ ok: true, value: false });
  expect(await cluster.apply({ ...configMap('a'), kind: 'Thing' })).toMatchObject({
    failure: { code: 404, message: 'the server has no kind Thing in v1' },
  });
});

test('deletes in the background, only the object of the uid', async () => {
  const { cluster, asked } = clusterOf(() => ({
    refused: 409,
    message: 'Precondition failed: UID in precondition: 1, UID in object meta: 2',
  }));
  expect(await cluster.delete(reference, { uid: '1' })).toEqual({ ok: true, value: false });
  expect(asked[0]?.body).toEqual({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid: '1' },
  });
  expect(await cluster.delete(reference)).toMatchObject({ ok: false, failure: { code: 409 } });
});

test('lists all pages, gives the items their kind, and starts over when the pages expire', async () => {
  let expired = false;
  const { cluster, asked } = clusterOf(({ query }) => {
    if (query?.['continue'] === undefined && !expired)
      return { metadata: { continue: 'more' }, items: [{ metadata: { name: 'a' } }] };
    if (!expired) {
      expired = true;
      return { refused: 410, message: 'expired' };
    }
    return {
      metadata: { resourceVersion: '9' },
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    };
  });
  const resource = await cluster.resource('v1', 'ConfigMap');
  if (!resource.ok || resource.value === undefined) throw new Error('ConfigMap is served');
  expect(await cluster.list(resource.value, { namespace: 'shop', labelSelector: 'a=b' })).toEqual({
    ok: true,
    value: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })),
  });
  expect(asked.map(({ query }) => query)).toEqual([
    { labelSelector: 'a=b', limit: '500' },
    { labelSelector: 'a=b', limit: '500', continue: 'more' },
    { labelSelector: 'a=b' },
  ]);
});

test('asks for logs as the kubelet serves them', async () => {
  const { cluster, asked } = clusterOf(() => null);
  await cluster.logs({ namespace: 'shop', pod: 'p', container: 'c', previous: true, tailLines: 25 });
  expect(asked[0]).toMatchObject({
    path: '/api/v1/namespaces/shop/pods/p/log',
    query: { container: 'c', previous: 'true', tailLines: '25' },
  });
});

test('replaces by PUT and changes by merge patch, each only in the version that it names', async () => {
  const { cluster, asked } = clusterOf(({ body }) => body ?? null);
  const object = { ...configMap('a'), metadata: { name: 'a', namespace: 'shop', resourceVersion: '7' } };
  expect(await cluster.replace(object)).toEqual({ ok: true, value: object });
  const patch = { metadata: { resourceVersion: '7' }, data: { key: null } };
  await cluster.patch(reference, patch, { urgent: true });
  await cluster.delete(reference, { uid: '1', resourceVersion: '7' });
  const path = '/api/v1/namespaces/shop/configmaps/a';
  expect(asked).toMatchObject([
    { method: 'PUT', path, body: object },
    { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: patch, urgent: true },
    { method: 'DELETE', path, body: { preconditions: { uid: '1', resourceVersion: '7' } } },
  ]);
  expect(await cluster.replace({ ...object, kind: 'Thing' })).toMatchObject({ failure: { code: 404 } });
});
