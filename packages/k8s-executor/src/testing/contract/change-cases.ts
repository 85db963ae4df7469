import assert from 'node:assert/strict';
import { mappingOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import type { ContractAnswer, ContractCase, ContractClient } from './contract-client.js';
import { configMap } from './manifests.js';
import { assertRefused } from './object-cases.js';

const outdated =
  'the object has been modified; please apply your changes to the latest version and try again';

/** What changes an object: the forms of PATCH, and PUT of the kinds in which Flotilla remembers. */
export const changeCases: readonly ContractCase[] = [
  {
    name: 'a merge patch sets, replaces and with null removes',
    run: async (client) => {
      await client.create(configMap('merged', { a: '1', b: '2' }));
      const { body } = await client.patch('ConfigMap', 'merged', { data: { a: '3', b: null, c: '4' } });
      assert.deepEqual(body['data'], { a: '3', c: '4' });
    },
  },
  {
    name: 'a merge patch with an old version is 409, with the uid of another 422',
    run: async (client) => {
      const { body } = await client.create(configMap('merged', {}));
      const { resourceVersion } = mappingOf(body, 'metadata');
      await client.patch('ConfigMap', 'merged', { data: { a: '1' } });
      assertRefused(
        await client.patch('ConfigMap', 'merged', { metadata: { resourceVersion: resourceVersion ?? '' } }),
        409,
        'Conflict',
        `Operation cannot be fulfilled on configmaps "merged": ${outdated}`,
      );
      assertRefused(
        await client.patch('ConfigMap', 'merged', { metadata: { uid: 'another' } }),
        422,
        'Invalid',
        'ConfigMap "merged" is invalid: metadata.uid: Invalid value: "another": field is immutable',
      );
    },
  },
  {
    name: 'a JSON patch tests, replaces, adds and removes, all or nothing',
    run: async (client) => {
      await client.create(configMap('patched', { a: '1', b: '2' }));
      const { body } = await jsonPatch(client, [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '3' },
        { op: 'add', path: '/data/c', value: '4' },
        { op: 'remove', path: '/data/b' },
      ]);
      assert.deepEqual(body['data'], { a: '3', c: '4' });
      const refused = await jsonPatch(client, [
        { op: 'replace', path: '/data/c', value: '5' },
        { op: 'test', path: '/data/a', value: '1' },
      ]);
      assert.deepEqual(
        { code: refused.code, reason: refused.body['reason'] },
        { code: 422, reason: 'Invalid' },
      );
      const { body: after } = await client.get('ConfigMap', 'patched');
      assert.deepEqual(after['data'], { a: '3', c: '4' });
    },
  },
  {
    name: 'a patch of what does not exist is 404',
    run: async (client) => {
      const message = 'configmaps "none" not found';
      assertRefused(await client.patch('ConfigMap', 'none', { data: {} }), 404, 'NotFound', message);
    },
  },
  {
    name: 'PUT of a Lease: an old version is 409, none at all is 422',
    run: async (client) => {
      const { body } = await client.create({ ...named('coordination.k8s.io/v1', 'Lease'), spec: {} });
      await client.patch('Lease', 'kept', { spec: { holderIdentity: 'a' } });
      const message = `Operation cannot be fulfilled on leases.coordination.k8s.io "kept": ${outdated}`;
      assertRefused(await client.replace(body), 409, 'Conflict', message);
      assertRefused(
        await client.replace({ ...named('coordination.k8s.io/v1', 'Lease'), spec: {} }),
        422,
        'Invalid',
        'leases.coordination.k8s.io "kept" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      );
    },
  },
  {
    name: 'PUT of a ControllerRevision: an old version is 409, other data is 422',
    run: async (client) => {
      const revision = { ...named('apps/v1', 'ControllerRevision'), revision: 1, data: { a: '1' } };
      const { code, body } = await client.create(revision);
      assert.equal(code, 201, JSON.stringify(body));
      const changed = await client.patch('ControllerRevision', 'kept', { revision: 2 });
      assert.equal(changed.body['revision'], 2);
      const message = `Operation cannot be fulfilled on controllerrevisions.apps "kept": ${outdated}`;
      assertRefused(await client.replace(body), 409, 'Conflict', message);
      const other = await client.patch('ControllerRevision', 'kept', { data: { a: '2' } });
      assert.deepEqual({ code: other.code, reason: other.body['reason'] }, { code: 422, reason: 'Invalid' });
      assert.match(
        textOf(other.body, 'message'),
        /^ControllerRevision\.apps "kept" is invalid: data: Invalid value: .*: field is immutable$/s,
      );
    },
  },
  {
    name: 'PUT with the uid of another is 409',
    run: async (client) => {
      const { body } = await client.create(configMap('kept', {}));
      const uid = textOf(mappingOf(body, 'metadata'), 'uid');
      assertRefused(
        await client.replace(configMap('kept', {}, { uid: 'another' })),
        409,
        'Conflict',
        `Operation cannot be fulfilled on configmaps "kept": StorageError: invalid object, Code: 4, Key: /registry/configmaps/${client.namespace}/kept, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: another, UID in object meta: ${uid}`,
      );
    },
  },
  {
    name: 'PUT of what does not exist is 404',
    run: async (client) => {
      const message = 'configmaps "none" not found';
      assertRefused(await client.replace(configMap('none', {})), 404, 'NotFound', message);
    },
  },
  {
    name: 'a list with a limit says how many are left, and refuses a token that is none',
    run: async (client) => {
      const kind = 'Secret';
      for (const name of ['p1', 'p2', 'p3'])
        await client.create({ apiVersion: 'v1', kind, metadata: { name }, stringData: {} });
      const list = (query: Readonly<Record<string, string>>) =>
        client.send({ method: 'GET', path: client.path(kind), query });
      const { body } = await list({ limit: '1' });
      const metadata = mappingOf(body, 'metadata');
      const { remainingItemCount, resourceVersion } = metadata;
      assert.equal(remainingItemCount, 2);
      const next = await list({ limit: '1', continue: textOf(metadata, 'continue') });
      assert.equal(mappingOf(next.body, 'metadata')['resourceVersion'], resourceVersion);
      const wrong = await list({ limit: '1', continue: 'none' });
      assert.deepEqual(
        { code: wrong.code, reason: wrong.body['reason'] },
        { code: 400, reason: 'BadRequest' },
      );
    },
  },
];

function named(apiVersion: string, kind: string): JsonObject {
  return { apiVersion, kind, metadata: { name: 'kept' } };
}

function jsonPatch(client: ContractClient, body: Json): Promise<ContractAnswer> {
  const path = `${client.path('ConfigMap')}/patched`;
  return client.send({ method: 'PATCH', path, contentType: 'application/json-patch+json', body });
}
