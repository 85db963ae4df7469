import type { ApiFailure } from '../cluster/api-failure.js';
import type { Cluster, Resource } from '../cluster/cluster.js';
import type { LiveObjects } from '../objects/live-objects.js';
import type { Inventory } from './inventory.js';
import { listMembers } from './list-members.js';

const gadget: Resource = {
  apiVersion: 'acme.test/v1',
  kind: 'Gadget',
  plural: 'gadgets',
  namespaced: true,
  verbs: ['list', 'delete'],
};

async function listWhereGadgetsSay(failure: ApiFailure) {
  const cluster = { resources: () => Promise.resolve({ ok: true, value: [gadget] }) } as unknown as Cluster;
  const live = { list: () => Promise.resolve({ ok: false, failure }) } as unknown as LiveObjects;
  const owner = { deployment: 'shop', namespace: 'shop' };
  const inventory = {
    kinds: new Set(['Gadget.acme.test']),
    namespaces: new Set<string>(),
  } as unknown as Inventory;
  return await listMembers(inventory, { ...owner, cluster, live, applyConcurrency: 4 });
}

function answer(code: number, message: string): ApiFailure {
  return { kind: 'status', code, reason: '', message, causes: [] };
}

test('a kind that is no longer served, whatever discovery said before, has no members', async () => {
  const { objects, unlisted } = await listWhereGadgetsSay(
    answer(404, 'the server could not find the requested resource'),
  );
  expect({ objects, unlisted: [...unlisted] }).toEqual({ objects: [], unlisted: [] });
});

test('a kind that may not be listed may have members', async () => {
  const { unlisted } = await listWhereGadgetsSay(answer(403, 'gadgets is forbidden'));
  expect([...unlisted]).toEqual([['Gadget.acme.test', 'gadgets is forbidden']]);
});
