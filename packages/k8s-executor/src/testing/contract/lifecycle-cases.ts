import assert from 'node:assert/strict';
import { mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { ContractAnswer, ContractCase, ContractClient } from './contract-client.js';
import { configMap } from './manifests.js';
import { assertRefused } from './object-cases.js';

const heldBy = ['contract.flotilla.dev/held'];

/** Owners and what they own, finalizers, preconditions, collections: how objects come to their end. */
export const lifecycleCases: readonly ContractCase[] = [
  {
    name: 'DELETE of a collection takes what the selector takes, and answers with a list',
    run: async (client) => {
      for (const name of ['one', 'two'])
        await client.create(configMap(name, {}, { labels: { doomed: 'yes' } }));
      await client.create(configMap('three', {}));
      const query = { labelSelector: 'doomed=yes' };
      const { code, body } = await client.send({ method: 'DELETE', path: client.path('ConfigMap'), query });
      assert.deepEqual({ code, kind: body['kind'] }, { code: 200, kind: 'ConfigMapList' });
      assert.equal((await client.get('ConfigMap', 'one')).code, 404);
      assert.equal((await client.get('ConfigMap', 'two')).code, 404);
      assert.equal((await client.get('ConfigMap', 'three')).code, 200);
    },
  },
  {
    name: 'generateName makes names of its own',
    run: async (client) => {
      const unnamed = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'made-' } };
      const names = [];
      for (const { code, body } of [await client.create(unnamed), await client.create(unnamed)]) {
        assert.equal(code, 201, JSON.stringify(body));
        names.push(textOf(mappingOf(body, 'metadata'), 'name'));
      }
      for (const name of names) assert.match(name, /^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      assert.notEqual(names[0], names[1]);
    },
  },
  {
    name: 'an object without any name is 422',
    run: async (client) => {
      const answer = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} });
      const why = 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required';
      assertRefused(answer, 422, 'Invalid', why);
    },
  },
  {
    name: 'background deletion: the owner goes at once, what it owns after it',
    run: async (client) => {
      await createOwned(client, await createOwner(client));
      assert.equal((await client.delete('ConfigMap', 'owner', 'Background')).code, 200);
      assert.equal((await client.get('ConfigMap', 'owner')).code, 404);
      await client.awaitGone('ConfigMap', 'owned');
    },
  },
  {
    name: 'foreground deletion: the owner stays until what it owns is gone',
    run: async (client) => {
      await createOwned(client, await createOwner(client), heldBy);
      const { body } = await client.delete('ConfigMap', 'owner', 'Foreground');
      assert.deepEqual(mappingOf(body, 'metadata')['finalizers'], ['foregroundDeletion']);
      await client.awaitObject('ConfigMap', 'owned', isLeaving);
      assert.equal((await client.get('ConfigMap', 'owner')).code, 200);
      await letGo(client, 'owned');
      await client.awaitGone('ConfigMap', 'owner');
      assert.equal((await client.get('ConfigMap', 'owned')).code, 404);
    },
  },
  {
    name: 'orphan deletion: what was owned stays, and names the owner no more',
    run: async (client) => {
      await createOwned(client, await createOwner(client));
      await client.delete('ConfigMap', 'owner', 'Orphan');
      await client.awaitGone('ConfigMap', 'owner');
      await client.awaitObject(
        'ConfigMap',
        'owned',
        ({ metadata }) => metadata['ownerReferences'] === undefined,
      );
    },
  },
  {
    name: 'an object whose owner never was is collected',
    run: async (client) => {
      await createOwned(client, { name: 'owner', uid: '00000000-0000-4000-8000-000000000000' });
      await client.awaitGone('ConfigMap', 'owned');
    },
  },
  {
    name: 'a finalizer holds an object; none is added on the way out, the last one gone it goes',
    run: async (client) => {
      await client.create(configMap('held', {}, { finalizers: heldBy }));
      const { code, body } = await client.delete('ConfigMap', 'held');
      assert.equal(code, 200);
      assert.ok(isLeaving(body as JsonObject & { metadata: JsonObject }), JSON.stringify(body));
      const finalizers = [...heldBy, 'contract.flotilla.dev/late'];
      assertRefused(
        await client.patch('ConfigMap', 'held', { metadata: { finalizers } }),
        422,
        'Invalid',
        'ConfigMap "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"contract.flotilla.dev/late"}',
      );
      await letGo(client, 'held');
      assert.equal((await client.get('ConfigMap', 'held')).code, 404);
    },
  },
  {
    name: 'a deletion with the uid or the version of another is 409',
    run: async (client) => {
      const { body } = await client.create(configMap('kept', {}));
      const metadata = mappingOf(body, 'metadata');
      const [uid, resourceVersion] = [textOf(metadata, 'uid'), textOf(metadata, 'resourceVersion')];
      assertRefused(
        await deleteOnly(client, { uid: 'another' }),
        409,
        'Conflict',
        `Operation cannot be fulfilled on ConfigMap "kept": the UID in the precondition (another) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      );
      assertRefused(
        await deleteOnly(client, { resourceVersion: '1' }),
        409,
        'Conflict',
        `Operation cannot be fulfilled on ConfigMap "kept": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
      );
      assert.equal((await deleteOnly(client, { uid, resourceVersion })).code, 200);
    },
  },
  {
    name: 'a namespace that is deleted takes nothing new, and goes when all in it is gone',
    run: async (client) => {
      const { namespace } = client;
      await client.create(configMap('held', {}, { finalizers: heldBy }));
      await client.create(configMap('plain', {}));
      await client.delete('Namespace', namespace);
      await client.awaitObject('ConfigMap', 'held', isLeaving);
      const { body } = await client.get('Namespace', namespace);
      assert.equal(textOf(mappingOf(body, 'status'), 'phase'), 'Terminating');
      assertRefused(
        await client.create(configMap('late', {})),
        403,
        'Forbidden',
        `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      );
      await letGo(client, 'held');
      await client.awaitGone('Namespace', namespace);
      assert.equal((await client.get('ConfigMap', 'plain')).code, 404);
    },
  },
];

function isLeaving({ metadata }: { readonly metadata: JsonObject }): boolean {
  return metadata['deletionTimestamp'] !== undefined;
}

interface Owner {
  readonly name: string;
  readonly uid: string;
}

async function createOwner(client: ContractClient): Promise<Owner> {
  const { body } = await client.create(configMap('owner', {}));
  return { name: 'owner', uid: textOf(mappingOf(body, 'metadata'), 'uid') };
}

async function createOwned(
  client: ContractClient,
  owner: Owner,
  finalizers: readonly string[] = [],
): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', ...owner, blockOwnerDeletion: true };
  const made = await client.create(configMap('owned', {}, { ownerReferences: [reference], finalizers }));
  assert.equal(made.code, 201, JSON.stringify(made.body));
}

async function letGo(client: ContractClient, name: string): Promise<void> {
  const { code, body } = await client.patch('ConfigMap', name, { metadata: { finalizers: null } });
  assert.equal(code, 200, JSON.stringify(body));
}

function deleteOnly(client: ContractClient, preconditions: JsonObject): Promise<ContractAnswer> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
  return client.send({ method: 'DELETE', path: `${client.path('ConfigMap')}/kept`, body });
}
