import type { KubeObject } from '../cluster/kube-object.js';
import { createEmbeddedServer } from '../embedded/create-embedded-server.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { kindsAnnotation, partOfLabel } from '../record/apply-set.js';
import { recordLabels } from '../record/record-names.js';
import { findForbiddenWrite } from './record-checks.js';
import { createVirtualClock } from './virtual-clock.js';

const run = { kind: 'run', name: 'run0' } as const;
const where = { deployment: 'sim', namespace: 'shop' };

function clusterWhere({ holder, kinds }: { readonly holder: string; readonly kinds: string }) {
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
  const added = (labels: Readonly<Record<string, string>>): StoreEvent => {
    const object: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', labels },
    };
    return { type: 'ADDED', kind: server.kinds.builtIn('deployments'), object, revision: 1 };
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
