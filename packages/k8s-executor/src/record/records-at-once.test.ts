import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { createFakeCluster } from '../testing/fake-cluster.js';
import { recordsAtOnce } from './records-at-once.js';

const place = { deployment: 'shop', namespace: 'shop' };

function configMap(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' } };
}

/** What was asked of a cluster with these ConfigMaps, and what each of the names is answered with. */
async function ask(
  stored: readonly string[],
  names: readonly string[],
  failure?: ApiFailure,
): Promise<{ readonly asked: readonly string[]; readonly found: readonly (string | undefined)[] }> {
  const fake = createFakeCluster();
  const { cluster } = fake;
  for (const name of stored) fake.put(configMap(name));
  const asked: string[] = [];
  const get = recordsAtOnce(
    {
      resource: (...args) => cluster.resource(...args),
      get: (reference) => {
        asked.push(`get ${reference.name}`);
        return cluster.get(reference);
      },
      list: (resource, where) => {
        asked.push(`list ${where.labelSelector ?? ''}`);
        return failure === undefined
          ? cluster.list(resource, where)
          : Promise.resolve({ ok: false, failure });
      },
    },
    place,
  );
  const answers = names.map(async (name) => await get({ ...configMap(name), namespace: 'shop', name }));
  const found = await Promise.all(answers);
  return { asked, found: found.map((answer) => (answer.ok ? answer.value?.metadata.name : 'failed')) };
}

const records = ['flotilla-shop', 'flotilla-shop.journal', 'flotilla-shop.receipt'];
const list = 'list flotilla.dev/deployment=shop,flotilla.dev/record in (inventory,journal,receipt)';

test('all records of a deployment are one request, and what is no record is asked for as ever', async () => {
  const { asked, found } = await ask([...records, 'settings'], [...records, 'settings']);
  expect(asked.toSorted()).toEqual(['get settings', list]);
  expect(found).toEqual([...records, 'settings']);
});

test('a record that the list lacks may have lost its labels', async () => {
  const { asked, found } = await ask(['flotilla-shop'], records);
  expect(asked).toEqual([list, 'get flotilla-shop.journal', 'get flotilla-shop.receipt']);
  expect(found).toEqual(['flotilla-shop', undefined, undefined]);
});

test('who may not list gets them one by one', async () => {
  const forbidden = { kind: 'status', code: 403, reason: 'Forbidden', message: 'no', causes: [] } as const;
  const { asked, found } = await ask(records, records, forbidden);
  expect(asked).toEqual([list, ...records.map((name) => `get ${name}`)]);
  expect(found).toEqual(records);
});
