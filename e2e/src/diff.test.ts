import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealPlan, type ApprovedPlan } from '@flotilla/k8s-executor';
import { mergePatch } from './kube-client/kube-client.js';
import type { Deployment } from './testing/deployment.js';
import { isFlotillaWrite } from './testing/flotilla.js';
import { useControlPlane } from './testing/use-control-plane.js';

interface DiffItem {
  readonly task: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly action: string;
  readonly fields: readonly {
    readonly path: string;
    readonly from: unknown;
    readonly to: unknown;
    readonly manager?: string;
  }[];
}

const { cluster, deployment } = useControlPlane();

/** The differences that `flotilla diff -o json` tells; the exit code must fit them. */
async function diff(shop: Deployment, ...words: readonly string[]): Promise<readonly DiffItem[]> {
  const { code, stdout, stderr } = await shop.run(['diff', '-o', 'json', ...words]);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  const { items } = JSON.parse(stdout) as { items: DiffItem[] };
  const different = items.filter(({ action }) => action !== 'unchanged');
  expect(code).toBe(different.length > 0 ? 1 : 0);
  return different;
}

const file =
  'name: shop\nservices:\n  - name: web\n    manifests: [web.yaml]\njobs:\n  - name: seed\n    manifests: [seed.yaml]\n';
const web = (image: string, replicas = 1) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${String(replicas)}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:${image}", resources: {limits: {cpu: 1000m}}}]}
`;
const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: ${value}}\n`;
const settings = (name: string, text: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n  app.conf: |\n${text.replaceAll(/^/gm, '    ')}\n`;
const seed = (command: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: seed}
spec:
  backoffLimit: 0
  template:
    spec: {restartPolicy: Never, containers: [{name: seed, image: busybox, command: [${command}]}]}
`;

test('created, changed, deleted, run again: per task and object, field by field, Secrets masked, nothing written', async () => {
  const shop = await deployment('diff-life', {
    'flotilla.yaml': file,
    'web.yaml': [web('1'), secret('old-password'), settings('conf', 'one\ntwo'), settings('gone', 'x')].join(
      '---\n',
    ),
    'seed.yaml': seed('a'),
  });
  const first = await diff(shop);
  expect(first.map(({ task, action }) => [task, action])).toEqual([
    ...Array<unknown>(4).fill(['services.web', 'create']),
    ['jobs.seed', 'create'],
  ]);
  expect((await cluster.audit()).filter(isFlotillaWrite)).toEqual([]);
  expect((await shop.run(['deploy'])).code).toBe(0);
  expect(await diff(shop)).toEqual([]);
  expect((await shop.run(['diff'])).stdout).toBe('no differences: 5 objects as asked\n');

  await shop.write({
    'web.yaml': [
      web('2'),
      secret('new-password'),
      settings('conf', 'one\n2'),
      settings('new', 'new-password'),
    ].join('---\n'),
    'seed.yaml': seed('b'),
  });
  const changes = new Map(
    (await diff(shop)).map((item) => [`${item.object.kind} ${item.object.name}`, item]),
  );
  expect([...changes].map(([name, { action }]) => [name, action]).sort()).toEqual([
    ['ConfigMap conf', 'change'],
    ['ConfigMap gone', 'delete'],
    ['ConfigMap new', 'create'],
    ['Deployment web', 'change'],
    ['Job seed', 'change'],
    ['Secret keys', 'change'],
  ]);
  expect(changes.get('Deployment web')?.fields).toEqual([
    { path: '.spec.template.spec.containers[name="web"].image', from: 'nginx:1', to: 'nginx:2' },
  ]);
  expect(changes.get('ConfigMap conf')?.fields).toEqual([
    { path: '.data["app.conf"]', from: 'one\ntwo\n', to: 'one\n2\n' },
  ]);
  expect(changes.get('Secret keys')?.fields).toEqual([
    { path: '.data.password', from: '*** (before)', to: '*** (after)' },
  ]);
  const { stdout, stderr } = await shop.run(['diff']);
  expect(stdout).toContain('        - two\n        + 2\n');
  expect(stdout).toContain('~ Job diff-life/seed  would run again');
  for (const hidden of ['old-password', 'new-password', Buffer.from('new-password').toString('base64')])
    expect(stdout + stderr).not.toContain(hidden);
});

test('what others hold is a conflict with their name; what they put back is none', async () => {
  const shop = await deployment('diff-conflict', {
    'flotilla.yaml': 'name: shop\nservices: [{name: web, manifests: [web.yaml]}]\n',
    'web.yaml': `${web('1')}---\n${secret('mine-value')}`,
  });
  expect((await shop.run(['deploy'])).code).toBe(0);
  await shop.kubectl(['set', 'image', 'deployment/web', 'web=nginx:9']);
  const [conflict] = await diff(shop);
  expect(conflict).toMatchObject({
    action: 'conflict',
    fields: [
      {
        path: '.spec.template.spec.containers[name="web"].image',
        from: 'nginx:9',
        to: 'nginx:1',
        manager: 'kubectl-set',
      },
    ],
  });
  expect(await diff(shop, '--force-conflicts')).toMatchObject([{ action: 'change' }]);
  await shop.kubectl(['set', 'image', 'deployment/web', 'web=nginx:1']);
  expect(await diff(shop)).toEqual([]);
});

test('replicas that an autoscaler has set are no difference and no conflict; those of a hand are', async () => {
  const shop = await deployment('diff-scale', {
    'flotilla.yaml': 'name: shop\nservices: [{name: web, manifests: [web.yaml]}]\n',
    'web.yaml': web('1', 1),
  });
  expect((await shop.run(['deploy'])).code).toBe(0);
  // As the autoscaler does it: through the scale subresource, in the name of its controller.
  const scale = (replicas: number, manager: string) =>
    cluster.client.request({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/diff-scale/deployments/web/scale?fieldManager=${manager}`,
      body: { spec: { replicas } },
      contentType: mergePatch,
    });
  await scale(3, 'kube-controller-manager');
  expect(await diff(shop)).toEqual([]);
  await shop.write({ 'web.yaml': web('2', 1) });
  expect(
    (await diff(shop)).flatMap(({ action, fields }) => [action, ...fields.map(({ path }) => path)]),
  ).toEqual(['change', '.spec.template.spec.containers[name="web"].image']);
  expect((await shop.run(['deploy'])).code).toBe(0);
  expect(await shop.kubectl(['get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])).toBe('3');
  await scale(4, 'kubectl');
  expect(await diff(shop)).toMatchObject([
    { action: 'conflict', fields: [{ path: '.spec.replicas', from: 4, to: 1, manager: 'kubectl' }] },
  ]);
});

test('what a deploy would be refused for is an error, not a difference', async () => {
  const shop = await deployment('diff-refused', {
    'flotilla.yaml': 'name: shop\nservices: [{name: web, manifests: [web.yaml]}]\n',
    'web.yaml': web('1'),
  });
  expect((await shop.run(['deploy'])).code).toBe(0);
  await shop.write({ 'web.yaml': web('1').replaceAll('app: web', 'app: other') });
  const refused = await shop.run(['diff']);
  expect(refused).toMatchObject({ code: 65, stdout: '' });
  expect(refused.stderr).toContain('spec.selector (now {"matchLabels":{"app":"web"}}');
  expect(await diff(shop, '--replace')).toMatchObject([{ action: 'change' }]);
});

test('a plan that was approved is what is deployed; what moved since is named, and no Secret stands in the file', async () => {
  const shop = await deployment('approved', {
    'flotilla.yaml': 'name: shop\nservices: [{name: web, manifests: [web.yaml]}]\n',
    'web.yaml': `${settings('conf', 'one')}---\n${secret('planted-value')}`,
  });
  const path = join(shop.folder, 'approved.json');
  const approve = async () => {
    expect(await shop.run(['plan', '--out', path])).toMatchObject({ code: 0 });
  };
  await approve();
  const text = await readFile(path, 'utf8');
  expect(text).not.toMatch(new RegExp(`planted-value|${Buffer.from('planted-value').toString('base64')}`));
  expect(await shop.run(['deploy', path])).toMatchObject({ code: 0 });
  const again = await shop.run(['deploy', path]);
  expect(again.code).toBe(65);
  expect(again.stderr).toContain('Secret approved/keys was not there, is there now');

  await shop.write({ 'web.yaml': `${settings('conf', 'two')}---\n${secret('planted-value')}` });
  await approve();
  await shop.write({ 'web.yaml': `${settings('conf', 'three')}---\n${secret('planted-value')}` });
  expect((await shop.run(['deploy', path])).stderr).toContain('the files ask for something else now');
  await shop.write({ 'web.yaml': `${settings('conf', 'two')}---\n${secret('planted-value')}` });
  await shop.kubectl(['patch', 'configmap', 'conf', '--type=merge', '-p', '{"data":{"app.conf":"theirs"}}']);
  const moved = await shop.run(['deploy', path, '--no-preflight']);
  expect(moved.code).toBe(65);
  expect(moved.stderr).toContain(
    'ConfigMap approved/conf .data["app.conf"] was "one\\n", is "theirs" (by kubectl-patch)',
  );
  expect(await shop.kubectl(['get', 'configmap', 'conf', '-o', 'jsonpath={.data}'])).toContain('theirs');
});

test('an approved plan is for its cluster, namespace, deployment and order of tasks alone, and nobody edits it', async () => {
  const file = (name: string, order: string) =>
    `name: ${name}\nservices: [{name: a, manifests: [a.yaml]}, {name: b, manifests: [b.yaml]}]\nworkflows: [{name: setup, order_from: [${order}]}]\n`;
  const first = 'services.a, services.b';
  const files = {
    'flotilla.yaml': file('shop', first),
    'a.yaml': settings('a', 'one'),
    'b.yaml': settings('b', 'one'),
  };
  const [shop, other] = [await deployment('bound', files), await deployment('elsewhere', files)];
  const path = join(shop.folder, 'approved.json');
  expect(await shop.run(['plan', '--out', path])).toMatchObject({ code: 0 });
  const text = await readFile(path, 'utf8');
  const refusal = async (where: Deployment = shop) => {
    const { code, stderr } = await where.run(['deploy', path]);
    expect({ code, stderr }).toMatchObject({ code: 65 });
    return stderr;
  };

  expect(await refusal(other)).toContain(
    'the namespace is not the one that was approved (bound, now elsewhere)',
  );
  await shop.write({ 'flotilla.yaml': file('store', first) });
  expect(await refusal()).toContain('the deployment is not the one that was approved (shop, now store)');
  await shop.write({ 'flotilla.yaml': file('shop', 'services.b, services.a') });
  expect(await refusal()).toContain('the plan (tasks and their order) is not the one that was approved');
  await shop.write({ 'flotilla.yaml': file('shop', first) });

  const approved = JSON.parse(text) as ApprovedPlan;
  const moved = sealPlan({ ...approved, cluster: { uid: 'another', namespace: 'bound' } });
  for (const [written, said] of [
    [JSON.stringify(moved), 'the cluster is not the one that was approved (another, now '],
    [text.replace('"one\\n"', '"two\\n"'), 'was changed after it was written'],
    [JSON.stringify({ ...approved, items: [{}] }), 'was changed after it was written'],
    [text.slice(0, -10), 'is no approved plan'],
    ['{"kind": "ApprovedPlan", "items": []}', 'was changed after it was written'],
  ] as const) {
    expect(written).not.toBe(text);
    await writeFile(path, written);
    expect(await refusal()).toContain(said);
  }
  expect(await shop.kubectl(['get', 'configmap', '-o', 'name'])).not.toContain('configmap/a');
  await writeFile(path, JSON.stringify(approved));
  expect(await shop.run(['deploy', path])).toMatchObject({ code: 0 });
});
