import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { awaitRight } from './testing/await-right.js';
import type { Deployment } from './testing/deployment.js';
import { useControlPlane } from './testing/use-control-plane.js';

const files = {
  'flotilla.yaml': `name: shop
services:
  - {name: api, manifests: [api.yaml]}
  - {name: web, image: nginx:1.29, ports: [{type: node_port, port: 80}]}
jobs:
  - {name: migrate, image: busybox:1, command: [migrate]}
workflows:
  - name: setup
    order_from: [services.api, jobs.migrate, services.web]
  - name: teardown
    order_from: [release.remove_environment]
`,
  'api.yaml': api('info'),
};

function api(level: string): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: api}
stringData: {password: planted}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: api}
data: {level: ${level}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, image: nginx:1.29, envFrom: [{secretRef: {name: api}}]}]}
`;
}

interface Role {
  readonly rules: readonly {
    readonly apiGroups: readonly [string];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const { cluster, deployment } = useControlPlane();
/** The YAML blocks of the document, and the role among them. */
let blocks: string;
let role: Role;

beforeAll(async () => {
  const document = fileURLToPath(new URL('../../docs/rbac.md', import.meta.url));
  const text = await readFile(document, 'utf8');
  blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block).join('---\n');
});

/** A deployment with what the document says, given to the bystander, who may do nothing else. */
async function granted(namespace: string): Promise<Deployment> {
  const shop = await deployment(namespace, files);
  await shop.kubectl(['apply', '-f', '-'], blocks);
  role = JSON.parse(await shop.kubectl(['get', 'role', 'flotilla', '-o', 'json'])) as Role;
  await shop.kubectl(['create', 'rolebinding', 'flotilla', '--role=flotilla', '--user=bystander']);
  await cluster.kubectl([
    'create',
    'clusterrolebinding',
    'flotilla',
    '--clusterrole=flotilla',
    '--user=bystander',
  ]);
  await awaitRole(shop);
  return shop;
}

/** Resolves once the bystander may do what the document's role says, but for what it lacks. */
async function awaitRole(shop: Deployment, lacks: Lacks = () => false): Promise<void> {
  for (const { apiGroups, resources, verbs } of role.rules)
    for (const resource of resources)
      for (const verb of verbs) {
        const right = { user: 'bystander', namespace: shop.namespace, group: apiGroups[0], resource, verb };
        await awaitRight(cluster.client, right, !lacks(verb, resource));
      }
}

async function run(shop: Deployment, words: readonly string[]) {
  const { code, stdout, stderr } = await shop.run(words, undefined, cluster.kubeconfig.bystander);
  return { words: words.join(' '), code, said: stdout + stderr };
}

test('every command works with the rights of the document, and with no others', async () => {
  const shop = await granted('least');
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['status'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['affected', '--exit-code'])).toMatchObject({ code: 0 });
  await shop.write({ 'api.yaml': api('debug') });
  expect(await run(shop, ['diff'])).toMatchObject({ code: 1 });
  expect(await run(shop, ['deploy', '-v'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['history', '-o', 'json'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('"revision": 2') as string,
  });
  expect(await run(shop, ['rollback', 'services.api', '--to', '1'])).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'configmap', 'api', '-o', 'jsonpath={.data.level}'])).toBe('info');
  expect(await run(shop, ['unlock', '--yes'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['destroy', '--yes'])).toMatchObject({ code: 0 });
  // What was tried all the same, and refused, would be a right that the document lacks.
  const refused = (await cluster.audit()).filter(({ user, code }) => user === 'bystander' && code === 403);
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
});

type Lacks = (verb: string, resource: string) => boolean;

/** Gives the bystander the document's role, but for what `lacks` says of a verb and a resource. */
async function lacking(shop: Deployment, lacks: Lacks): Promise<void> {
  const rules = role.rules.flatMap((rule) =>
    rule.resources.map((resource) => ({
      ...rule,
      resources: [resource],
      verbs: rule.verbs.filter((verb) => !lacks(verb, resource)),
    })),
  );
  const less = {
    ...role,
    metadata: { name: 'flotilla' },
    rules: rules.filter(({ verbs }) => verbs.length > 0),
  };
  await shop.kubectl(['replace', '-f', '-'], JSON.stringify(less));
  await awaitRole(shop, lacks);
}

/** Of what a run cannot do without; the other verbs only tell more, or take away. */
const needed = {
  leases: ['get', 'create', 'patch', 'delete'],
  configmaps: ['get', 'create', 'update', 'patch'],
  secrets: ['get', 'create', 'patch'],
  services: ['create', 'patch'],
  deployments: ['list', 'create', 'patch'],
  jobs: ['get', 'list', 'create', 'patch', 'delete'],
};

test('without a single verb that it needs, a deploy is refused with its name before anything is written', async () => {
  const shop = await granted('refused');
  for (const [resource, verbs] of Object.entries(needed))
    for (const verb of verbs) {
      await lacking(shop, (...each) => each.join() === `${verb},${resource}`);
      const refused = await run(shop, ['deploy']);
      const named = new RegExp(`${verb} (?:resource ")?${resource}`);
      expect({ verb, ...refused }).toMatchObject({
        code: 77,
        said: expect.stringMatching(named) as string,
      });
    }
  expect(await shop.kubectl(['get', 'lease,cm,secret,deploy,svc,job', '-l', 'flotilla.dev/deployment'])).toBe(
    '',
  );
});

test('without what only tells more, a deploy goes well; what may not be deleted is named', async () => {
  const shop = await granted('blinkered');
  const told = ['pods', 'events', 'pods/log', 'replicasets', 'namespaces'];
  await lacking(
    shop,
    (verb, resource) => verb === 'watch' || told.includes(resource) || resource === 'controllerrevisions',
  );
  expect(await run(shop, ['deploy'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('controllerrevisions') as string,
  });
  // What may not be listed is read by itself, and not said to be missing.
  await lacking(shop, (verb, resource) => verb === 'list' && resource === 'configmaps');
  const status = await run(shop, ['status']);
  expect(status).toMatchObject({ code: 0, said: expect.stringContaining('in-sync') as string });
  expect(status.said).not.toContain('not there');
  for (const resource of ['services', 'configmaps']) {
    await lacking(shop, (...each) => each.join() === `delete,${resource}`);
    expect(await run(shop, ['destroy', '--yes'])).toMatchObject({
      code: 2,
      said: expect.stringContaining(`cannot delete resource "${resource}"`) as string,
    });
  }
  await lacking(shop, () => false);
  expect(await run(shop, ['destroy', '--yes'])).toMatchObject({ code: 0 });
});

test('what may not be read is said by every command that reads', async () => {
  const shop = await granted('blind');
  await shop.kubectl(['delete', 'rolebinding', 'flotilla']);
  await awaitRole(shop, () => true);
  for (const words of [['status'], ['diff'], ['history'], ['affected'], ['unlock', '--yes'], ['rollback']])
    expect(await run(shop, words)).toMatchObject({
      code: 77,
      said: expect.stringMatching(/cannot (?:get|list)|you may not/) as string,
    });
});
