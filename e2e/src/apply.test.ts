import { randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { ended } from './testing/ended.js';
import { isObjectWrite } from './testing/flotilla.js';
import { gadget, operatorManifests } from './testing/operator.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment, neighbour } = useControlPlane();

async function objectWrites(): Promise<readonly string[]> {
  return (await cluster.audit()).filter(isObjectWrite).map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

const oneService = 'name: shop\nservices:\n  - name: web\n    manifests: [web.yaml]\n';
const web = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:${image}"}]}
`;
const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: ${value}}\n`;

const operator = { namespace: 'operator', group: 'acme.test', versions: ['v1'], fields: 60 };
const operatorFile = `name: operator
services:
  - name: operator
    manifests: [operator.yaml]
  - name: things
    manifests: [things.yaml]
workflows:
  - name: setup
    parallelize:
      - {step: operator, tasks: [services.operator]}
      - {step: things, tasks: [services.things]}
`;

test('an operator of thousands of lines, its namespace, its kinds and objects of them in one plan; again without a write', async () => {
  const manifests = operatorManifests(operator);
  expect(manifests.split('\n').length).toBeGreaterThan(2000);
  const files = {
    'flotilla.yaml': operatorFile,
    'operator.yaml': `${gadget(operator, 'first', '{size: 1}')}---\n${manifests}`,
    'things.yaml': gadget(operator, 'second', '{size: 2}'),
  };
  const shop = await neighbour(operator.namespace, files);
  expect((await shop.run(['diff'])).code).toBe(1);
  expect(ended(await shop.run(['deploy', '--create-namespace']))).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'gadgets', '-o', 'name'])).toContain('gadget.acme.test/second');
  const before = await objectWrites();
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  expect((await shop.run(['diff'])).code).toBe(0);
  expect(await objectWrites()).toEqual(before);
});

test('a kind that gets a new version in one step serves it in the next; a version that it never serves is a mistake', async () => {
  const newer = { ...operator, versions: ['v1', 'v2'], fields: operator.fields + 1 };
  const field = `field${String(operator.fields)}`;
  const shop = await neighbour(operator.namespace, {
    'flotilla.yaml': operatorFile,
    'operator.yaml': operatorManifests(newer),
    'things.yaml': gadget(newer, 'second', `{size: 2, ${field}: {mode: B}}`),
  });
  expect(ended(await shop.run(['deploy', '--no-prune']))).toMatchObject({ code: 0 });
  expect(
    await shop.kubectl(['get', 'gadgets.v2.acme.test', 'second', '-o', `jsonpath={.spec.${field}.mode}`]),
  ).toBe('B');
  await shop.write({ 'things.yaml': gadget({ ...operator, versions: ['v3'] }, 'third', '{}') });
  const refused = await shop.run(['deploy', '--no-prune']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toContain('does not serve acme.test/v3');
  expect(refused.stderr).toContain('It serves v1, v2');
  await shop.write({ 'things.yaml': gadget(newer, 'second', '{size: 0}') });
  const invalid = await shop.run(['deploy', '--no-prune']);
  expect(ended(invalid).code).toBe(65);
  expect(invalid.stderr).toContain('spec.size');
});

test('an API service whose server is down delays nobody who does not use it', async () => {
  const service = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.broken.test' },
    spec: {
      group: 'broken.test',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'nobody', namespace: 'default' },
    },
  };
  await cluster.kubectl(['create', '-f', '-'], JSON.stringify(service));
  const shop = await deployment('broken', { 'flotilla.yaml': oneService, 'web.yaml': web('1') });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  expect((await shop.run(['diff'])).code).toBe(0);
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  const asked = (await cluster.audit()).filter(
    ({ requestURI, userAgent }) => userAgent.startsWith('flotilla') && requestURI.includes('broken.test'),
  );
  expect(asked).toEqual([]);
  await cluster.kubectl(['delete', 'apiservice', 'v1.broken.test', '--wait=false']);
});

const hook = (name: string, namespace: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${name}}
webhooks:
- name: check.${name}.test
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  timeoutSeconds: 1
  clientConfig: {url: "https://127.0.0.1:1/check"}
  rules: [{apiGroups: [""], apiVersions: ["*"], operations: ["*"], resources: [configmaps], scope: Namespaced}]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
  objectSelector: {matchLabels: {checked: "yes"}}
`;
const checked = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: checked, labels: {checked: "yes"}}\ndata: {a: ${value}}\n`;

test('a webhook of this plan that does not answer stops no preflight, and is named with the task that brings it', async () => {
  const shop = await deployment('own-hook', {
    'flotilla.yaml':
      'name: shop\nservices: [{name: hook, manifests: [hook.yaml]}, {name: web, manifests: [web.yaml], depends_on: [hook]}]\n',
    'hook.yaml': hook('own-hook', 'own-hook'),
    'web.yaml': checked('b'),
  });
  const run = await shop.run(['deploy', '--grace', 'webhook-silent=1s']);
  expect(ended(run).code).toBe(2);
  expect(run.stderr).toContain(
    'the webhook check.own-hook.test, which services.hook brings, does not answer',
  );
  const again = await shop.run(['deploy', '--grace', 'webhook-silent=0']);
  expect(ended(again).code).toBe(2);
  expect(again.stderr).toContain('could not be tried: the webhook check.own-hook.test');
});

test('a webhook of others that does not answer is told before the first write', async () => {
  await cluster.kubectl(['create', '-f', '-'], hook('their-hook', 'their-hook'));
  const shop = await deployment('their-hook', { 'flotilla.yaml': oneService, 'web.yaml': checked('b') });
  const refused = await shop.run(['deploy', '--grace', 'webhook-silent=1s']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toContain('the webhook check.their-hook.test does not answer');
  expect(refused.stderr).toContain('It is not part of this plan');
});

interface ShyHook {
  readonly metadata: { readonly name: string };
  readonly webhooks: readonly object[];
}

test('a webhook that takes no dry run stops no preflight and no diff, and both name it', async () => {
  const namespace = 'shy-hook';
  const shop = await deployment(namespace, {
    'flotilla.yaml': oneService,
    'web.yaml': `${checked('b')}---\n${web('1')}`,
  });
  // No server of today takes such a webhook, but one that took it as v1beta1 calls it on.
  const shy = parse(hook(namespace, namespace)) as ShyHook;
  await cluster.store('validatingwebhookconfigurations', namespace, {
    ...shy,
    metadata: { ...shy.metadata, uid: randomUUID(), creationTimestamp: '2026-11-01T00:00:00Z' },
    webhooks: shy.webhooks.map((each) => ({ ...each, sideEffects: 'Some', failurePolicy: 'Ignore' })),
  });
  const words = ['-n', namespace, 'create', '--dry-run=server', '-f', '-'];
  for (let code: number | null = 0; code === 0;) ({ code } = await cluster.kubectl(words, checked('b')));
  const untried = `ConfigMap ${namespace}/checked could not be tried: the webhook check.shy-hook.test has side effects and takes no dry run`;
  const diff = await shop.run(['diff']);
  expect(ended(diff).code).toBe(1);
  expect(diff.stdout + diff.stderr).toContain(untried);
  const run = await shop.run(['deploy']);
  expect(ended(run)).toMatchObject({ code: 0 });
  expect(run.stderr.match(/takes no dry run/g)).toHaveLength(1);
  expect(run.stderr).toContain(untried);
  const live = await shop.kubectl(['get', 'configmap', 'checked', '-o', 'jsonpath={.data.a}']);
  expect(live).toBe('b');
});

test('objects that kubectl apply has made are taken over while nothing differs, and explained when it does', async () => {
  const shop = await deployment('moved', {
    'flotilla.yaml': oneService,
    'web.yaml': `${web('1')}---\n${secret('first-value')}`,
  });
  await shop.kubectl(['apply', '-f', '-'], `${web('1')}---\n${secret('first-value')}`);
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.write({ 'web.yaml': `${web('2')}---\n${secret('second-value')}` });
  const refused = await shop.run(['deploy']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toContain(
    '.spec.template.spec.containers[name="web"].image belongs to "kubectl-client-side-apply" (flotilla: "nginx:2", kubectl-client-side-apply: "nginx:1")',
  );
  expect(refused.stderr).toContain('"kubectl-client-side-apply" is `kubectl apply` without --server-side');
  expect(refused.stderr).toContain('deploy once with --force-conflicts');
  expect(refused.stderr).toContain('.data.password belongs to');
  for (const value of ['first-value', 'second-value'])
    expect(refused.stderr).not.toMatch(new RegExp(`${value}|${Buffer.from(value).toString('base64')}`));
  expect(ended(await shop.run(['deploy', '--force-conflicts']))).toMatchObject({ code: 0 });
  await shop.write({ 'web.yaml': `${web('3')}---\n${secret('second-value')}` });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
});

test('--replace makes anew what cannot be changed, only that, and nothing that holds data', async () => {
  const frozen = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: frozen}\nimmutable: true\ndata: {a: ${value}}\n`;
  const claim = (size: string) =>
    `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: claim}\nspec: {accessModes: [ReadWriteOnce], storageClassName: ${size}, resources: {requests: {storage: 1Gi}}}\n`;
  const shop = await deployment('replaced', {
    'flotilla.yaml': oneService,
    'web.yaml': `${frozen('b')}---\n${web('1')}---\n${secret('some-value')}`,
  });
  const uids = async () =>
    (
      await shop.kubectl([
        'get',
        'configmap/frozen',
        'deployment/web',
        'secret/keys',
        '-o',
        'jsonpath={.items[*].metadata.uid}',
      ])
    ).split(' ');
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const before = await uids();
  await shop.write({
    'web.yaml': `${frozen('c')}---\n${web('1').replaceAll('app: web', 'app: other')}---\n${secret('other-value')}`,
  });
  const refused = await shop.run(['deploy']);
  expect(ended(refused).code).toBe(65);
  expect(refused.stderr).toContain('ConfigMap replaced/frozen cannot be changed in data');
  expect(refused.stderr).toContain('Deployment replaced/web cannot be changed in spec.selector');
  expect(refused.stderr).toContain('--replace');
  expect(ended(await shop.run(['deploy', '--replace']))).toMatchObject({ code: 0 });
  const after = await uids();
  expect(after.map((uid, at) => uid === before[at])).toEqual([false, false, true]);

  await shop.kubectl(['create', '-f', '-'], claim('one'));
  await shop.write({ 'web.yaml': claim('two') });
  const kept = await shop.run(['deploy', '--replace', '--no-prune', '--force-conflicts']);
  expect(ended(kept).code).toBe(65);
  expect(kept.stderr).toContain('delete it yourself with all that it holds');
});

test('drift on our field costs a write, a warning is said once, a wrong type is told in plain words', async () => {
  const ingress = (name: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: ${name}, annotations: {kubernetes.io/ingress.class: nginx}}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n`;
  const shop = await deployment('drift', {
    'flotilla.yaml': oneService,
    'web.yaml': `${ingress('a')}---\n${ingress('b')}---\n${secret('drifting')}`,
  });
  const first = await shop.run(['deploy']);
  expect(ended(first)).toMatchObject({ code: 0 });
  expect(first.stderr.match(/ingress\.class" is deprecated/g)).toHaveLength(2);
  expect(first.stderr.match(/Ingress drift\/a: annotation/g)).toHaveLength(1);
  const before = await objectWrites();
  await shop.kubectl([
    'patch',
    'ingress',
    'a',
    '--type=json',
    '-p',
    '[{"op":"remove","path":"/spec/defaultBackend"},{"op":"add","path":"/spec/rules","value":[{"host":"a"}]}]',
  ]);
  expect(ended(await shop.run(['deploy', '--force-conflicts']))).toMatchObject({ code: 0 });
  const written = (await objectWrites()).slice(before.length);
  expect(written).toEqual([expect.stringMatching(/^patch .*\/ingresses\/a\?/)]);

  await shop.write({
    'web.yaml': web('1').replace('replicas: 1', 'replicas: "two"').replace('image:', 'imagee: x, image:'),
  });
  const wrong = await shop.run(['deploy', '--no-prune']);
  expect(ended(wrong).code).toBe(65);
  expect(wrong.stderr).toMatch(/\.spec\.replicas/);
  expect(wrong.stderr).toContain('there is no field .spec.template.spec.containers[name="web"].imagee');
});
