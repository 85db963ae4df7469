import { createHash } from 'node:crypto';
import { isWrite } from './control-plane/audit-log.js';
import { applySet } from './testing/apply-set.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { isObjectWrite } from './testing/flotilla.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment, neighbour } = useControlPlane({ nodes: { nodes: 1 } });

const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;
const documents = (...texts: readonly string[]) => texts.join('---\n');

/** A flotilla file whose services have one manifest of their name each. */
const fileOf = (name: string, services: readonly string[]) =>
  `name: ${name}\nservices:\n${services.map((each) => `  - {name: ${each}, manifests: [${each}.yaml]}\n`).join('')}`;

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

async function get(made: Deployment, what: readonly string[]): Promise<Listed> {
  return JSON.parse(await made.kubectl(['get', ...what, '-o', 'json'])) as Listed;
}

async function configMaps(made: Deployment, selector = 'flotilla.dev/task'): Promise<readonly string[]> {
  const listed = JSON.parse(await made.kubectl(['get', 'cm', '-l', selector, '-o', 'json'])) as {
    readonly items: readonly Listed[];
  };
  return listed.items.map(({ metadata }) => metadata.name).sort();
}

async function kindsOf(made: Deployment): Promise<string | undefined> {
  const parent = await get(made, ['cm', 'flotilla-shop']);
  return parent.metadata.annotations?.['applyset.kubernetes.io/contains-group-kinds'];
}

const kubectlSet = ({ namespace }: Deployment, parent: string, manifest: string) =>
  applySet(cluster, { parent, manifest, namespace });

const idOf = (namespace: string) =>
  `applyset-${createHash('sha256').update(`flotilla-shop.${namespace}.ConfigMap.`).digest('base64url')}-v1`;

test('kubectl finds the members by the label of the set, and leaves the set alone', async () => {
  const made = await deployment('understood', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(configMap('one'), configMap('two')),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const { metadata } = await get(made, ['cm', 'flotilla-shop']);
  expect(metadata.labels?.['applyset.kubernetes.io/id']).toBe(idOf('understood'));
  expect(metadata.annotations).toMatchObject({
    'applyset.kubernetes.io/tooling': 'flotilla/v1',
    'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap',
    'applyset.kubernetes.io/additional-namespaces': '',
  });
  expect(await configMaps(made, `applyset.kubernetes.io/part-of=${idOf('understood')}`)).toEqual([
    'one',
    'two',
  ]);
  const refused = ended(await kubectlSet(made, 'configmap/flotilla-shop', configMap('three')));
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('is managed by tooling "flotilla" instead of "kubectl"');
  expect(await configMaps(made)).toEqual(['one', 'two']);
});

test('an object of a kubectl ApplySet is taken only when that is said aloud, and kubectl then leaves it', async () => {
  const made = await deployment('theirs', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(configMap('one'), configMap('shared')),
  });
  expect(
    ended(await kubectlSet(made, 'team', documents(configMap('shared'), configMap('kept')))),
  ).toMatchObject({
    code: 0,
  });
  const { uid } = (await get(made, ['cm', 'shared'])).metadata;
  const refused = ended(await made.run(['deploy']));
  expect(refused.code).toBe(65);
  expect(refused.said).toContain('ConfigMap theirs/shared belongs to another ApplySet');
  expect(refused.said).toContain('--take-ownership');
  expect(await configMaps(made)).toEqual([]);
  expect(ended(await made.run(['deploy', '--take-ownership']))).toMatchObject({ code: 0 });
  expect(ended(await kubectlSet(made, 'team', configMap('kept')))).toMatchObject({ code: 0 });
  expect((await get(made, ['cm', 'shared'])).metadata.uid).toBe(uid);
  expect(await configMaps(made)).toEqual(['one', 'shared']);
});

test('a set that kubectl manages under our name is left alone until it is taken over', async () => {
  const made = await deployment('parents', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': configMap('one'),
  });
  await kubectlSet(made, 'configmap/flotilla-shop', configMap('theirs'));
  const refused = ended(await made.run(['deploy']));
  expect(refused.code).toBe(65);
  expect(refused.said).toContain('is the parent of an ApplySet that kubectl manages');
  expect(ended(await made.run(['deploy', '--take-ownership']))).toMatchObject({ code: 0 });
  expect(ended(await kubectlSet(made, 'configmap/flotilla-shop', configMap('theirs'))).said).toContain(
    'flotilla',
  );
});

test('the inventory is written before the first object, and not at all when nothing changes', async () => {
  const made = await deployment('ahead', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(
      configMap('one'),
      `apiVersion: v1\nkind: Service\nmetadata: {name: one}\nspec: {ports: [{port: 80}]}\n`,
    ),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const written = (await cluster.audit())
    .filter((event) => isWrite(event) && event.userAgent.startsWith('flotilla'))
    .map(({ requestURI }) => /namespaces\/ahead\/.*\/([^/?]+)(\?|$)/.exec(requestURI)?.[1] ?? '');
  expect(written.indexOf('flotilla-shop')).toBeGreaterThanOrEqual(0);
  expect(written.indexOf('flotilla-shop')).toBeLessThan(written.indexOf('one'));
  const before = (await get(made, ['cm', 'flotilla-shop'])).metadata;
  const count = (await cluster.audit()).filter(isObjectWrite).length;
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  expect((await get(made, ['cm', 'flotilla-shop'])).metadata).toEqual(before);
  expect((await cluster.audit()).filter(isObjectWrite)).toHaveLength(count);
});

test('what a file loses is pruned and told; --no-prune leaves it; the inventory is trimmed', async () => {
  const made = await deployment('pruned', {
    'flotilla.yaml': fileOf('shop', ['web', 'old']),
    'web.yaml': documents(configMap('one'), configMap('two')),
    'old.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: old}\n`,
  });
  await made.run(['deploy']);
  expect(await kindsOf(made)).toBe('ConfigMap,ServiceAccount');
  await made.write({ 'flotilla.yaml': fileOf('shop', ['web']), 'web.yaml': configMap('one') });
  expect(ended(await made.run(['deploy', '--no-prune']))).toMatchObject({ code: 0 });
  expect(await configMaps(made)).toEqual(['one', 'two']);
  const pruned = ended(await made.run(['deploy']));
  expect(pruned).toMatchObject({ code: 0 });
  expect(pruned.said).toContain('pruned  ConfigMap pruned/two');
  expect(pruned.said).toContain('pruned  ServiceAccount pruned/old');
  expect(await configMaps(made)).toEqual(['one']);
  expect(await kindsOf(made)).toBe('ConfigMap');
});

test('an object that moves from one task to another keeps its uid, whichever is deployed first', async () => {
  const both = { 'a.yaml': documents(configMap('a'), configMap('moving')), 'b.yaml': configMap('b') };
  const made = await deployment('moving', { 'flotilla.yaml': fileOf('shop', ['a', 'b']), ...both });
  await made.run(['deploy']);
  const { uid } = (await get(made, ['cm', 'moving'])).metadata;
  await made.write({ 'a.yaml': configMap('a'), 'b.yaml': documents(configMap('b'), configMap('moving')) });
  expect(ended(await made.run(['deploy', '--only', 'services.a']))).toMatchObject({ code: 0 });
  expect((await get(made, ['cm', 'moving'])).metadata.uid).toBe(uid);
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const moved = (await get(made, ['cm', 'moving'])).metadata;
  expect(moved.uid).toBe(uid);
  expect(moved.labels?.['flotilla.dev/task']).toBe('services.b');
  await made.write(both);
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  expect((await get(made, ['cm', 'moving'])).metadata.uid).toBe(uid);
});

test('a service that moves to another deployment is not deleted on the way, by two processes at once either', async () => {
  const made = await deployment('handover', {
    'flotilla.yaml': fileOf('shop', ['web', 'api']),
    'web.yaml': configMap('web'),
    'api.yaml': configMap('api'),
  });
  const other = await neighbour('handover', {
    'flotilla.yaml': fileOf('backend', ['api']),
    'api.yaml': configMap('api'),
  });
  await made.run(['deploy']);
  const { uid } = (await get(made, ['cm', 'api'])).metadata;
  await made.write({ 'flotilla.yaml': fileOf('shop', ['web']) });
  expect(ended(await other.run(['deploy', '--take-ownership']))).toMatchObject({ code: 0 });
  const [first, second] = await Promise.all([made.run(['deploy']), other.run(['deploy'])]);
  expect([ended(first), ended(second)]).toMatchObject([{ code: 0 }, { code: 0 }]);
  const moved = (await get(made, ['cm', 'api'])).metadata;
  expect(moved.uid).toBe(uid);
  expect(moved.labels?.['flotilla.dev/deployment']).toBe('backend');
});

test('deployments in one namespace, and of one name in two namespaces, leave each other alone', async () => {
  const files = (name: string, object: string) => ({
    'flotilla.yaml': fileOf(name, ['web']),
    'web.yaml': documents(configMap(object), configMap(`${object}-more`)),
  });
  const shop = await deployment('neighbours', files('shop', 'shop'));
  const blog = await neighbour('neighbours', files('blog', 'blog'));
  const elsewhere = await deployment('elsewhere', files('shop', 'shop'));
  for (const each of [shop, blog, elsewhere])
    expect(ended(await each.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.write({ 'web.yaml': configMap('shop') });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  expect(await configMaps(shop)).toEqual(['blog', 'blog-more', 'shop']);
  expect(await configMaps(elsewhere)).toEqual(['shop', 'shop-more']);
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await configMaps(shop)).toEqual(['blog', 'blog-more']);
  expect(await configMaps(elsewhere)).toEqual(['shop', 'shop-more']);
});

test('objects in other namespaces are members too, also when their namespace is the last that is left of them', async () => {
  await cluster.kubectl(['create', 'namespace', 'outpost']);
  const made = await deployment('base', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(configMap('here'), configMap('there', ', namespace: outpost')),
  });
  await made.run(['deploy']);
  const namespaces = 'applyset.kubernetes.io/additional-namespaces';
  expect((await get(made, ['cm', 'flotilla-shop'])).metadata.annotations?.[namespaces]).toBe('outpost');
  await made.write({ 'web.yaml': configMap('here') });
  expect(ended(await made.run(['deploy'])).said).toContain('pruned  ConfigMap outpost/there');
  expect((await get(made, ['cm', 'flotilla-shop'])).metadata.annotations?.[namespaces]).toBe('');
});

test('a deployment from before there were inventories is adopted: jobs do not run again, what it lost is pruned', async () => {
  const job = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: seed}\nspec:\n  template:\n    spec: {restartPolicy: Never, containers: [{name: seed, image: busybox}]}\n`;
  const made = await deployment('earlier', {
    'flotilla.yaml': `${fileOf('shop', ['web'])}jobs:\n  - {name: seed, manifests: [seed.yaml]}\n`,
    'web.yaml': documents(
      configMap('one'),
      configMap('two'),
      `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: old}\n`,
    ),
    'seed.yaml': job,
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const { uid } = (await get(made, ['job', 'seed'])).metadata;
  await made.kubectl(['label', 'cm,job,sa', '--all', 'applyset.kubernetes.io/part-of-']);
  await made.kubectl(['delete', 'cm', 'flotilla-shop']);
  await made.write({ 'web.yaml': configMap('one') });
  const adopted = ended(await made.run(['deploy']));
  expect(adopted.code).toBe(0);
  expect(adopted.said).toContain('pruned  ConfigMap earlier/two');
  expect(adopted.said).toContain('pruned  ServiceAccount earlier/old');
  const seed = (await get(made, ['job', 'seed'])).metadata;
  expect(seed.uid).toBe(uid);
  expect(seed.labels?.['applyset.kubernetes.io/part-of']).toBe(idOf('earlier'));
});

test('a kind whose API is gone leaves the inventory; one whose server is down stays in it', async () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.harbour.example}
spec:
  group: harbour.example
  names: {kind: Boat, plural: boats, singular: boat, listKind: BoatList}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`;
  await cluster.kubectl(['apply', '-f', '-'], crd);
  await cluster.kubectl([
    'wait',
    '--for=condition=Established',
    'crd/boats.harbour.example',
    '--timeout=300s',
  ]);
  const made = await deployment('gone', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(
      configMap('one'),
      `apiVersion: harbour.example/v1\nkind: Boat\nmetadata: {name: ada}\n`,
    ),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  await cluster.kubectl(['delete', 'crd', 'boats.harbour.example']);
  await made.write({ 'web.yaml': configMap('one') });
  const broken = `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.harbour.example}
spec: {group: harbour.example, version: v1, groupPriorityMinimum: 100, versionPriority: 100, service: {name: nobody, namespace: gone}, insecureSkipTLSVerify: true}
`;
  await cluster.kubectl(['apply', '-f', '-'], broken);
  await cluster.kubectl([
    'wait',
    '--for=condition=Available=False',
    'apiservice/v1.harbour.example',
    '--timeout=300s',
  ]);
  const warned = ended(await made.run(['deploy']));
  expect(warned.code).toBe(0);
  expect(warned.said).toContain('Boat.harbour.example objects cannot be looked for');
  expect(await kindsOf(made)).toBe('Boat.harbour.example,ConfigMap');
  await cluster.kubectl(['delete', 'apiservice', 'v1.harbour.example']);
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  expect(await kindsOf(made)).toBe('ConfigMap');
});

test('a user who may not list a kind leaves its members, says so, and keeps the kind in the inventory', async () => {
  const made = await deployment('limited', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(
      configMap('one'),
      `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot}\n`,
    ),
  });
  await made.run(['deploy']);
  const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer}
rules:
  - {apiGroups: [''], resources: [configmaps, secrets, pods, events], verbs: ['*']}
  - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: ['*']}
  - {apiGroups: [apps], resources: [controllerrevisions], verbs: ['*']}
`;
  await made.kubectl(['apply', '-f', '-'], role);
  await made.kubectl(['create', 'rolebinding', 'deployer', '--role=deployer', '--user=bystander']);
  await made.write({ 'web.yaml': configMap('one') });
  const warned = ended(await made.run(['deploy'], undefined, cluster.kubeconfig.bystander));
  expect(warned.code).toBe(0);
  expect(warned.said).toContain('ServiceAccount objects cannot be looked for');
  expect(await kindsOf(made)).toBe('ConfigMap,ServiceAccount');
  expect(ended(await made.run(['deploy'])).said).toContain('pruned  ServiceAccount limited/robot');
});

test('what controllers make of our objects is no member: a run without them leaves it to its owner', async () => {
  const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}
`;
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n';
  // These bring the kinds of the controllers' children into the inventory.
  const own = documents(
    'apiVersion: v1\nkind: Endpoints\nmetadata: {name: own}\n',
    'apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: own}\nspec: {replicas: 0, selector: {matchLabels: {app: own}}, template: {metadata: {labels: {app: own}}, spec: {containers: [{name: own, image: nginx}]}}}\n',
  );
  const made = await deployment('children', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': documents(web, service, own),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const again = ended(await made.run(['deploy']));
  expect(again.code).toBe(0);
  expect(again.said).not.toContain('pruned');
  expect(await made.kubectl(['get', 'endpoints', 'web', '-o', 'name'])).toContain('endpoints/web');
});
