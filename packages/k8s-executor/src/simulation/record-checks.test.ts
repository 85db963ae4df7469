import type { KubeObject } from '../cluster/kube-object.js';
import { createEmbeddedServer } from '../embedded/create-embedded-server.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { kindsAnnotation, partOfLabel } from '../record/apply-set.js';
import { recordLabels } from '../record/record-names.js';
import { findForbiddenWrite } from './record-checks.js';
import { createVirtualClock } from './virtual-clock.js';

const run = { kind: 'run', name: 'run0', does: 'deploy' } as const;
const where = { deployment: 'sim', namespace: 'shop' };

interface Records {
  readonly holder: string;
  readonly kinds: string;
  /** Whose it is. */
  readonly journal?: string;
}

function clusterWhere({ holder, kinds, journal = 'run0' }: Records) {
  const server = createEmbeddedServer({
    clock: createVirtualClock(() => 0.5),
    random: () => 0.5,
    startedAtMs: 0,
  });
  const metadata = { name: 'flotilla-sim', namespace: 'shop' };
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: { holderIdentity: holder },
  };
  const annotations = { [kindsAnnotation]: kinds };
  const parent = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, annotations } };
  server.store.put(server.kinds.builtIn('leases'), lease);
  server.store.put(server.kinds.builtIn('configmaps'), parent);
  const header = { run: journal, workflow: 'setup', plan: '', era: 1, tasks: {}, changed: [], before: null };
  const data = { run: JSON.stringify({ ...header, parts: [{ process: journal }] }) };
  const journalMetadata = { ...metadata, name: 'flotilla-sim.journal' };
  server.store.put(server.kinds.builtIn('configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: journalMetadata,
    data,
  });
  const added = (
    labels: Readonly<Record<string, string>>,
    [apiVersion, kind, plural]: readonly [string, string, string] = ['apps/v1', 'Deployment', 'deployments'],
  ): StoreEvent => {
    const object: KubeObject = { apiVersion, kind, metadata: { name: 'web', namespace: 'shop', labels } };
    return { type: 'ADDED', kind: server.kinds.builtIn(plural), object, revision: 1 };
  };
  return { cluster: server, added };
}

test('who does not hold the lock writes no object, but may write records', () => {
  const { cluster, added } = clusterWhere({ holder: 'run1', kinds: 'Deployment.apps' });
  expect(findForbiddenWrite(added({}), run, { cluster, ...where })).toBe(
    'run0 wrote Deployment shop/web while run1 held the lock',
  );
  expect(
    findForbiddenWrite(added(recordLabels('sim', 'journal')), run, { cluster, ...where }),
  ).toBeUndefined();
  expect(findForbiddenWrite(added({}), { kind: 'outsider' }, { cluster, ...where })).toBeUndefined();
});

test('the inventory covers a kind before an object of it is made', () => {
  const member = { [partOfLabel]: 'applyset-1' };
  const covered = clusterWhere({ holder: 'run0', kinds: 'ConfigMap,Deployment.apps' });
  expect(
    findForbiddenWrite(covered.added(member), run, { cluster: covered.cluster, ...where }),
  ).toBeUndefined();
  const bare = clusterWhere({ holder: 'run0', kinds: 'ConfigMap' });
  expect(findForbiddenWrite(bare.added(member), run, { cluster: bare.cluster, ...where })).toBe(
    'run0 made Deployment shop/web before the inventory covered its kind',
  );
});

test('no object is written before the journal of its run has begun', () => {
  const { cluster, added } = clusterWhere({ holder: 'run0', kinds: 'Deployment.apps', journal: 'run1' });
  expect(findForbiddenWrite(added({}), run, { cluster, ...where })).toBe(
    'run0 wrote Deployment shop/web before its journal had begun',
  );
});

test('a rollback makes no job', () => {
  const { cluster, added } = clusterWhere({ holder: 'run0', kinds: 'Job.batch' });
  const job = added({}, ['batch/v1', 'Job', 'jobs']);
  expect(findForbiddenWrite(job, { ...run, does: 'rollback' }, { cluster, ...where })).toBe(
    'run0 made Job shop/web in a rollback',
  );
  expect(findForbiddenWrite(job, run, { cluster, ...where })).toBeUndefined();
});
