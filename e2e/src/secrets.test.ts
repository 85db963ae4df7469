import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditEvent } from './control-plane/audit-log.js';
import { runUntilKilled } from './kills/killed-run.js';
import { askUntil } from './testing/ask-until.js';
import { writePlugin } from './testing/credential-plugin.js';
import { runExecutor } from './testing/nx-executor.js';
import type { Deployment } from './testing/deployment.js';
import { flotilla, isFlotillaWrite, isObjectWrite } from './testing/flotilla.js';
import { PlantedSecrets } from './testing/planted.js';
import { useControlPlane } from './testing/use-control-plane.js';

const values = {
  data: 'planted-data-7Q2x',
  quoted: 'planted-"quoted"-9Zk',
  lines: 'planted-line-one-A1\nplanted-line-two-B2',
  short: 'k7#q',
  changed: 'planted-changed-4Vb',
  variable: 'planted-variable-5Tm',
  named: 'planted-named-3Rw',
  address: 'planted-address-8Yp',
  number: '4815162342',
  inner: 'planted-inner-5Xk',
  clientKey: 'planted-client-key-9Wd',
  kubeToken: 'planted-kube-token-6Hn',
  pluginToken: 'planted-plugin-token-2Dc',
  pluginSecret: 'planted-plugin-secret-1Fs',
};
const planted = new PlantedSecrets(Object.values(values));

const base64 = (text: string) => Buffer.from(text).toString('base64');

function secret(name: string, { quoted = values.quoted, labels = '{}' } = {}): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: ${name}, labels: ${labels}}
data: {password: ${base64(values.data)}}
stringData:
  quoted: '${quoted}'
  short: '${values.short}'
  settings: '{"user": "ann", "password": "${values.inner}"}'
  lines: |-
    ${values.lines.replace('\n', '\n    ')}
`;
}

const logged = [values.data, values.quoted, values.lines, values.short, values.inner]
  .join(' and ')
  .replaceAll('\n', ' then ');

/** What pods print is told by an annotation here, so that it is in the pods and not of Flotilla's making. */
const podTemplate = (name: string, mode: string) => `
    metadata:
      labels: {app: ${name}}
      annotations: {lab.fake/mode: ${mode}, lab.fake/logs: ${JSON.stringify(`connecting with ${logged}`)}}`;

const deploymentOf = (name: string, mode = 'ok') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:${podTemplate(name, mode)}
    spec:
      containers: [{name: c, image: nginx:1.29, envFrom: [{secretRef: {name: config}}]}]
`;

const jobOf = (mode = 'ok') => `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  backoffLimit: 0
  template:${podTemplate('migrate', mode)}
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox:1}]}
`;

const inline = (variable: string) => `
  - name: inline
    image: nginx:1.29
    envs:
      - {key: LEVEL, value: ${variable}, secret: true}
      - {key: API_TOKEN, value: ${values.named}}
      - {key: DATABASE_URL, value: "postgres://shop:${values.address}@db/shop"}`;

const flotillaFile = (variable = values.variable) => `name: shop
services:
  - {name: config, manifests: [config.yaml]}
  - {name: api, manifests: [api.yaml]}${inline(variable)}
jobs:
  - {name: migrate, manifests: [migrate.yaml]}
workflows:
  - name: setup
    order_from: [services.config, jobs.migrate, services.api, services.inline]
  - name: teardown
    order_from: [release.remove_environment]
`;

const files = {
  'flotilla.yaml': flotillaFile(),
  'config.yaml': secret('config'),
  'api.yaml': deploymentOf('api'),
  'migrate.yaml': jobOf(),
};

const echo = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: echo}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [secrets]}]
  validations:
    - expression: "false"
      messageExpression: "'refused because of ' + string(object.data.password) + ' and ' + string(object.data.lines)"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: echo-deny}
spec:
  policyName: echo
  validationActions: [Deny]
  matchResources: {objectSelector: {matchLabels: {echo: deny}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: echo-warn}
spec:
  policyName: echo
  validationActions: [Warn]
  matchResources: {objectSelector: {matchLabels: {echo: warn}}}
`;

const suite = useControlPlane({ audit: 'bodies' });
const { cluster } = suite;

beforeAll(async () => {
  expect(await cluster.kubectl(['apply', '-f', '-'], echo)).toMatchObject({ code: 0, stderr: '' });
  const probe = 'apiVersion: v1\nkind: Secret\nmetadata: {name: probe, labels: {echo: warn}}\n';
  await askUntil('the policy is in force', async () => {
    const { stderr } = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], probe);
    return stderr.includes('echo-warn');
  });
});

const deployment = (namespace: string, more: Readonly<Record<string, string>> = {}) =>
  suite.deployment(namespace, { ...files, ...more });

async function run(shop: Deployment, words: readonly string[]) {
  return planted.said(`${shop.namespace}: ${words.join(' ')}`, await shop.run(words));
}

/** What wants no cluster takes no kubeconfig. */
async function offline(shop: Deployment, words: readonly string[]) {
  const args = [...words, '-f', join(shop.folder, 'flotilla.yaml')];
  return planted.said(args.join(' '), await flotilla(args));
}

const render = (shop: Deployment, words: readonly string[] = []) => offline(shop, ['render', ...words]);

/** Keeps all that Flotilla has stored in a namespace outside of Secrets, and what controllers said of it. */
async function keepStored(shop: Deployment): Promise<void> {
  for (const kind of ['configmaps', 'leases', 'controllerrevisions', 'events'])
    planted.keep(`${kind} of ${shop.namespace}`, await shop.kubectl(['get', kind, '-o', 'yaml']));
}

test('a deployment that goes well tells no secret in any of its commands', async () => {
  const shop = await deployment('well');
  for (const words of [[], ['-o', 'json']]) expect(await render(shop, words)).toMatchObject({ code: 0 });
  for (const command of ['plan', 'rehearse'])
    for (const format of ['text', 'json', 'html', 'svg'])
      expect(await offline(shop, [command, '-o', format])).toMatchObject({ code: 0 });
  expect(await run(shop, ['deploy', '--dry-run=server'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['deploy', '-v'])).toMatchObject({ code: 0 });
  await keepStored(shop);
  await shop.write({
    'config.yaml': secret('config', { quoted: values.changed }),
    'flotilla.yaml': flotillaFile(values.changed),
  });
  for (const words of [['diff'], ['diff', '-o', 'json']])
    expect(await run(shop, words)).toMatchObject({ code: 1, said: expect.stringContaining('***') as string });
  expect(await run(shop, ['status'])).toMatchObject({ code: 0 });
  const approved = join(shop.folder, 'approved.json');
  expect(await run(shop, ['plan', '--out', approved])).toMatchObject({ code: 0 });
  planted.keep('the plan to approve', await readFile(approved, 'utf8'));
  expect(await run(shop, ['deploy', '-o', 'ndjson'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['status', '-o', 'json'])).toMatchObject({ code: 0 });
  for (const words of [['history'], ['history', '-o', 'json'], ['history', '--rehearsal']])
    expect(await run(shop, words)).toMatchObject({ code: 0 });
  expect(await run(shop, ['affected', '-o', 'json'])).toMatchObject({ code: 0 });
  expect(await run(shop, ['prove', '--proof', join(shop.folder, 'proof.json')])).toMatchObject({ code: 0 });
  planted.keep('the proof', await readFile(join(shop.folder, 'proof.json'), 'utf8'));
  expect(await run(shop, ['rollback', 'services.config', '--to', '1'])).toMatchObject({ code: 0 });
  await keepStored(shop);
  // A revision with secrets is a Secret, and whole: the value that was put back is the first one.
  expect(await shop.kubectl(['get', 'secret', 'config', '-o', 'jsonpath={.data.quoted}'])).toBe(
    base64(values.quoted),
  );
  expect(await run(shop, ['destroy', '--yes', '-o', 'json'])).toMatchObject({ code: 0 });
  await keepStored(shop);
  expect(planted.leaks()).toEqual([]);
});

test('failing pods, failing jobs and killed runs tell no secret', async () => {
  const shop = await deployment('badly', { 'migrate.yaml': jobOf('fail') });
  const halted = await run(shop, ['deploy', '-v']);
  expect(halted).toMatchObject({ code: 2, said: expect.stringContaining('connecting with ***') as string });
  expect(await run(shop, ['deploy', '-o', 'json', '--resume'])).toMatchObject({ code: 2 });
  await shop.write({ 'migrate.yaml': jobOf(), 'api.yaml': deploymentOf('api', 'crash-loop') });
  const grace = ['--grace', 'crash-loop=1s'];
  const crashed = await run(shop, ['deploy', '-o', 'ndjson', ...grace]);
  expect(crashed).toMatchObject({ code: 2, said: expect.stringContaining('connecting with ***') as string });
  await keepStored(shop);
  await shop.write({ 'api.yaml': deploymentOf('api') });
  const dead = await runUntilKilled(['deploy', '-n', 'badly', '--lock-duration', '2'], {
    kubeconfig: cluster.kubeconfig.admin,
    death: { at: 4, moment: 'after' },
    options: { cwd: shop.folder },
  });
  expect(dead.killedAt).toBeDefined();
  planted.said('a killed run', dead.result);
  await keepStored(shop);
  expect(await run(shop, ['deploy', '--resume', '-v', '--lock-duration', '2'])).toMatchObject({ code: 0 });
  await keepStored(shop);
  expect(planted.leaks()).toEqual([]);
});

test('a halted run, what it keeps as evidence and what it puts back tell no secret', async () => {
  const halting = flotillaFile().replace('services.api,', '{task: services.api, halt_on_error: true},');
  const shop = await deployment('halted', { 'flotilla.yaml': halting });
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 0 });
  await shop.write({
    'config.yaml': secret('config', { quoted: values.changed }),
    'api.yaml': deploymentOf('api', 'crash-loop'),
  });
  const options = ['--on-halt', 'rollback', '--grace', 'crash-loop=1s', '-o', 'ndjson'];
  expect(await run(shop, ['deploy', ...options])).toMatchObject({ code: 1 });
  const evidence = await shop.kubectl(['get', 'configmap', 'flotilla-shop.evidence', '-o', 'yaml']);
  expect(evidence).toContain('connecting with ***');
  await keepStored(shop);
  for (const words of [['status'], ['history'], ['rollback', '-o', 'ndjson']]) await run(shop, words);
  expect(planted.leaks()).toEqual([]);
});

const execute = async (shop: Deployment, executor: string, options: object = {}) =>
  planted.said(`nx ${executor}`, await runExecutor(executor, { cluster, project: shop, options }));

test('the executors of Nx tell no more', async () => {
  const shop = await deployment('nx', { 'migrate.yaml': jobOf('fail') });
  expect(await execute(shop, 'diff/executor')).toMatchObject({ code: 0 });
  const failed = await execute(shop, 'deploy/executor', { verbose: true });
  expect(failed).toMatchObject({ code: 1, said: expect.stringContaining('connecting with ***') as string });
  await shop.write({ 'config.yaml': secret('config', { labels: '{echo: deny}', quoted: values.changed }) });
  const refused = await execute(shop, 'deploy/executor');
  expect(refused).toMatchObject({
    code: 1,
    said: expect.stringContaining('refused because of ***') as string,
  });
  await shop.write({ 'flotilla.yaml': flotillaFile().replace('secret: true', 'secret: true, oops: 1') });
  for (const executor of ['plan', 'rehearse', 'status', 'history', 'deploy-plan'])
    expect(await execute(shop, `${executor}/executor`)).toMatchObject({
      code: 0,
      said: expect.stringContaining('value: ****') as string,
    });
  await rm(join(shop.folder, '.nx'), { recursive: true });
  expect(planted.leaks()).toEqual([]);
});

test('what the API server says of an object tells no secret', async () => {
  const shop = await deployment('echoes');
  await shop.write({ 'config.yaml': secret('config', { labels: '{echo: deny}' }) });
  for (const words of [['deploy'], ['deploy', '--dry-run=server', '-o', 'json'], ['diff']]) {
    const refused = await run(shop, words);
    expect(refused.said).toContain('refused because of ***');
  }
  await shop.write({ 'config.yaml': secret('config', { labels: '{echo: warn}' }) });
  expect(await run(shop, ['deploy'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('refused because of ***') as string,
  });
  await shop.write({ 'config.yaml': secret('config').replace(`'${values.short}'`, values.number) });
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 0 });
  await keepStored(shop);
  expect(planted.leaks()).toEqual([]);
});

test('a conflict and a file that cannot be read tell no secret', async () => {
  const copy = (value: string) => `---
apiVersion: v1
kind: ConfigMap
metadata: {name: copy}
data: {dsn: 'postgres://shop:${value}@db'}
`;
  const shop = await deployment('conflicts', { 'config.yaml': secret('config') + copy(values.data) });
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 0 });
  const patch = (kind: string, data: object) =>
    shop.kubectl([
      'patch',
      kind,
      kind === 'secret' ? 'config' : 'copy',
      '--type=merge',
      '-p',
      JSON.stringify({ data }),
    ]);
  await patch('secret', { password: base64(values.changed) });
  await patch('configmap', { dsn: 'elsewhere' });
  for (const words of [
    ['status'],
    ['diff'],
    ['diff', '-o', 'json'],
    ['deploy'],
    ['deploy', '--no-preflight', '-o', 'ndjson'],
  ])
    await run(shop, words);
  expect(await run(shop, ['deploy', '--force-conflicts'])).toMatchObject({ code: 0 });
  await shop.write({ 'config.yaml': `${secret('config')}  broken: [${values.changed}\n` });
  expect(await render(shop)).toMatchObject({ code: 65 });
  expect(await run(shop, ['deploy'])).toMatchObject({ code: 65 });
  expect(planted.leaks()).toEqual([]);
});

test('what a kubeconfig holds, and what its plugin prints, is told nobody', async () => {
  const shop = await deployment('kubeconfigs');
  const users = {
    token: { token: values.kubeToken },
    password: { username: 'ann', password: values.kubeToken },
    key: { 'client-certificate-data': base64('no certificate'), 'client-key-data': base64(values.clientKey) },
    plugin: { exec: await plugin(0) },
    'broken-plugin': { exec: await plugin(1) },
  };
  const exitCodes: Readonly<Record<string, number>> = { 'broken-plugin': 78, key: 78 };
  for (const [name, user] of Object.entries(users)) {
    const path = join(shop.folder, `${name}.kubeconfig`);
    await writeFile(path, JSON.stringify(kubeconfig(user)));
    for (const words of [
      ['deploy', '-v'],
      ['status', '-o', 'json'],
    ]) {
      const args = [...words, '-f', join(shop.folder, 'flotilla.yaml'), '--kubeconfig', path];
      const refused = planted.said(`${name}: ${words.join(' ')}`, await flotilla(args));
      expect(refused).toMatchObject({ code: exitCodes[name] ?? 77 });
      if (name === 'broken-plugin') expect(refused.said).toContain('cannot use ***');
    }
  }
  expect(planted.leaks()).toEqual([]);
});

function kubeconfig(user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: cluster.server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
}

/** A credential plugin that gives a token nobody knows, and repeats its own secret. */
async function plugin(exitCode: number): Promise<object> {
  const folder = await suite.temporaryFolder();
  return await writePlugin(folder, { token: values.pluginToken, secret: values.pluginSecret, exitCode });
}

/** Where Flotilla keeps what it knows; what it deploys is the author's. */
const isRecordWrite = (event: AuditEvent) =>
  isFlotillaWrite(event) && !isObjectWrite(event) && !event.requestURI.includes('/secrets/');

test('no record that was ever written holds a secret, but Secrets', async () => {
  const records = (await cluster.audit()).filter(isRecordWrite);
  for (const { verb, requestURI, body } of records)
    if (!/"kind":"Secret"/.test(body ?? '')) planted.keep(`${verb} ${requestURI}`, body ?? '');
  expect(records.filter(({ body }) => body !== undefined).length).toBeGreaterThan(50);
  expect(planted.leaks()).toEqual([]);
});

test('the folder of a deployment holds no file that a run has left there', async () => {
  const left = await Promise.all(suite.folders().map((folder) => readdir(folder)));
  const known = [...Object.keys(files), 'proof.json', 'approved.json', 'get-token'];
  expect(left.flat().filter((name) => !known.includes(name) && !name.endsWith('.kubeconfig'))).toEqual([]);
});
