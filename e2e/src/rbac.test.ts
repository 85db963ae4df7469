import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { createDeployment, type Deployment } from './testing/deployment.js';

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

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const folders: string[] = [];
let cluster: ControlPlane;
/** The YAML blocks of the document. */
let blocks: string;

beforeAll(async () => {
  const document = fileURLToPath(new URL('../../docs/rbac.md', import.meta.url));
  const text = await readFile(document, 'utf8');
  blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block).join('---\n');
  cluster = await startControlPlane();
});

afterAll(async () => {
  await cluster.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

/** A deployment with what the document says, given to the bystander, who may do nothing else. */
async function granted(namespace: string): Promise<Deployment> {
  await cluster.kubectl(['create', 'namespace', namespace]);
  const shop = await createDeployment(cluster, namespace, files);
  folders.push(shop.folder);
  await shop.kubectl(['apply', '-f', '-'], blocks);
  await shop.kubectl(['create', 'rolebinding', 'flotilla', '--role=flotilla', '--user=bystander']);
  await cluster.kubectl([
    'create',
    'clusterrolebinding',
    'flotilla',
    '--clusterrole=flotilla',
    '--user=bystander',
  ]);
  return shop;
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

test.each([
  ['leases', 77],
  ['configmaps', 77],
  ['secrets', 77],
  ['deployments', 77],
  ['jobs', 77],
  // A run without a history is as good as any other, but it says so.
  ['controllerrevisions', 0],
])('without %s a deploy ends with %i and names them', async (resource, code) => {
  const shop = await granted(`without-${resource}`);
  const role = JSON.parse(await shop.kubectl(['get', 'role', 'flotilla', '-o', 'json'])) as {
    readonly rules: readonly Rule[];
  };
  const rules = role.rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((each) => each !== resource) }))
    .filter(({ resources }) => resources.length > 0);
  const path = join(shop.folder, 'role.json');
  await writeFile(path, JSON.stringify({ ...role, rules }));
  await shop.kubectl(['replace', '-f', path]);
  const refused = await run(shop, ['deploy']);
  expect(refused).toMatchObject({ code, said: expect.stringContaining(resource) as string });
  expect(refused.said).not.toContain('bug of Flotilla');
});

test('what may not be read is said by every command that reads', async () => {
  const shop = await granted('blind');
  await shop.kubectl(['delete', 'rolebinding', 'flotilla']);
  for (const words of [['status'], ['diff'], ['history'], ['affected'], ['unlock', '--yes'], ['rollback']])
    expect(await run(shop, words)).toMatchObject({
      code: 77,
      said: expect.stringMatching(/cannot (?:get|list)|you may not/) as string,
    });
});
