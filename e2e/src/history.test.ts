import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { flotilla, isFlotillaWrite } from './testing/flotilla.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment } = useControlPlane({
  nodes: { nodes: 1, startMs: 50, readyMs: 50, runMs: 100, backOffMs: 200 },
});

const configMap = (name: string, value = 'one') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: ${value}}\n`;

const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: ${value}}\n`;

/** A workload whose pod behaves as `mode` says; `more` are further annotations of the pod. */
const workload = (name: string, { mode = 'ok', image = 'nginx:1.29', more = '' } = {}) =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}, annotations: {lab.fake/mode: ${mode}${more}}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: '${image}'}]}
`;

const job = `apiVersion: batch/v1
kind: Job
metadata: {name: seed}
spec:
  backoffLimit: 0
  template:
    spec: {restartPolicy: Never, containers: [{name: seed, image: busybox}]}
`;

/** The first sight of trouble is enough. */
const impatient = ['--grace', 'image-not-found=0s', '--grace', 'crash-loop=0s'];

const documents = (...texts: readonly string[]) => texts.join('---\n');

interface Listed {
  readonly metadata: { readonly name: string; readonly uid: string };
}

async function list<T = Listed>(made: Deployment, what: readonly string[]): Promise<readonly T[]> {
  const listed = JSON.parse(await made.kubectl(['get', ...what, '-o', 'json'])) as { readonly items: T[] };
  return listed.items;
}

const names = async (made: Deployment, kind: string) =>
  (await list(made, [kind, '-l', 'flotilla.dev/task,!flotilla.dev/record'])).map(
    ({ metadata }) => metadata.name,
  );

interface HistoryItem {
  readonly task: string;
  readonly revision: number;
  readonly durationMs: number | null;
}

async function history(made: Deployment, words: readonly string[] = []): Promise<readonly HistoryItem[]> {
  const shown = await made.run(['history', ...words, '-o', 'json']);
  expect(ended(shown)).toMatchObject({ code: 0 });
  return (JSON.parse(shown.stdout) as { readonly items: readonly HistoryItem[] }).items;
}

const numbers = async (made: Deployment, task: string) =>
  (await history(made, [task])).map(({ revision }) => revision);

/** What `status` says of each task. */
async function states(made: Deployment): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await made.run(['status', '-o', 'json']);
  const { tasks } = JSON.parse(stdout) as {
    readonly tasks: readonly { readonly task: string; readonly state: string }[];
  };
  return Object.fromEntries(tasks.map(({ task, state }) => [task, state]));
}

async function image(made: Deployment, name: string): Promise<string> {
  return made.kubectl(['get', 'deploy', name, '-o', 'jsonpath={.spec.template.spec.containers[0].image}']);
}

const shop = `name: shop
services:
  - {name: api, manifests: [api.yaml]}
  - {name: web, manifests: [web.yaml], depends_on: [api]}
jobs:
  - {name: seed, manifests: [seed.yaml]}
workflows:
  - name: setup
    order_from: [services.web, services.api, jobs.seed]
  - name: teardown
    order_from: [release.remove_environment]
`;

test('ten good versions are kept, the eleventh and failures are not; history says them in three forms', async () => {
  const made = await deployment('ten', {
    'flotilla.yaml': 'name: shop\nservices:\n  - {name: api, manifests: [api.yaml]}\n',
  });
  for (let version = 1; version <= 11; version += 1) {
    await made.write({
      'api.yaml': documents(configMap('api', `v${String(version)}`), secret(`hidden-${String(version)}`)),
    });
    expect(
      ended(await made.run(['deploy'], { env: { CI_COMMIT_SHA: `${String(version)}abcdef0123456789` } })),
    ).toMatchObject({ code: 0 });
  }
  await made.run(['deploy']);
  const kept = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
  expect(await numbers(made, 'services.api')).toEqual(kept);
  for (const kind of ['controllerrevision', 'secret'])
    expect(await list(made, [kind, '-l', 'flotilla.dev/record=history'])).toHaveLength(10);
  await made.write({ 'api.yaml': workload('api', { image: 'registry.invalid/api:1' }) });
  expect(ended(await made.run(['deploy', ...impatient]))).toMatchObject({ code: 2 });
  expect(await numbers(made, 'services.api')).toEqual(kept);
  const { stdout } = await made.run(['history']);
  expect(stdout.split('\n')[0]).toMatch(/^TASK +REV +WHEN +WHO +COMMIT +OUTCOME +TOOK +DIGEST$/);
  expect(stdout.split('\n')[1]).toMatch(
    /^services\.api +11 +20\S+Z +\S+ +11abcdef0123 +succeeded +\S+ +\w{12}$/,
  );
  const rehearsal = await made.run(['history', '--rehearsal']);
  await writeFile(join(made.folder, 'recorded.yaml'), rehearsal.stdout);
  const { durationMs } = (await history(made))[0] ?? {};
  const rehearsed = await flotilla(['rehearse', '--with', 'recorded.yaml', '-o', 'json'], {
    cwd: made.folder,
  });
  expect(ended(rehearsed)).toMatchObject({ code: 0 });
  expect(JSON.parse(rehearsed.stdout)).toMatchObject({ durationMs: Math.max(1, durationMs ?? 0) });
});

test('values of secrets are in the Secrets of the history, and in nothing else that is written or said', async () => {
  const made = await deployment('hidden', {
    'flotilla.yaml': 'name: shop\nservices:\n  - {name: api, manifests: [api.yaml]}\n',
    'api.yaml': documents(secret('planted-first'), configMap('copy', 'planted-first')),
  });
  const first = await made.run(['deploy', '-v']);
  await made.write({ 'api.yaml': documents(secret('planted-second'), configMap('copy')) });
  const second = await made.run(['deploy', '-v']);
  const back = await made.run(['rollback', 'services.api', '-v']);
  for (const run of [first, second, back]) {
    expect(ended(run)).toMatchObject({ code: 0 });
    expect(ended(run).said).not.toContain('planted');
  }
  const planted = /planted|cGxhbnRlZC|wbGFudGVk|BsYW50ZW/;
  const records = await made.kubectl([
    'get',
    'controllerrevision,lease,cm',
    '-l',
    'flotilla.dev/record',
    '-o',
    'json',
  ]);
  expect(records).toContain('"kind": "ControllerRevision"');
  expect(records).not.toMatch(planted);
  const kept = await list<{ readonly data: Readonly<Record<string, string>> }>(made, [
    'secret',
    '-l',
    'flotilla.dev/record=history',
  ]);
  const texts = kept.map(({ data }) => Buffer.from(data['revision.json'] ?? '', 'base64').toString('utf8'));
  const values = texts.map((text) =>
    ['first', 'second'].filter((each) => text.includes(Buffer.from(`planted-${each}`).toString('base64'))),
  );
  expect(values).toEqual([['first'], ['second'], ['first']]);
  expect(
    Buffer.from(
      await made.kubectl(['get', 'secret', 'key', '-o', 'jsonpath={.data.password}']),
      'base64',
    ).toString(),
  ).toBe('planted-first');
  expect(await made.kubectl(['get', 'cm', 'copy', '-o', 'jsonpath={.data.value}'])).toBe('planted-first');
});

test('a rollback puts exactly the named task back, whatever the file says by now', async () => {
  const made = await deployment('named', {
    'flotilla.yaml': shop,
    'api.yaml': workload('api'),
    'web.yaml': configMap('web'),
    'seed.yaml': job,
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  await made.write({
    'api.yaml': documents(workload('api', { image: 'nginx:1.30' }), configMap('api-added')),
    'web.yaml': configMap('web', 'two'),
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const [seed] = await list(made, ['job']);
  // The file has changed once more, without ever being deployed.
  await made.write({
    'api.yaml': configMap('never-deployed'),
    'flotilla.yaml': shop.replace(', depends_on: [api]', ''),
  });
  const before = (await cluster.audit()).length;
  const back = await made.run(['rollback', 'services.api', '-o', 'ndjson']);
  expect(ended(back)).toMatchObject({ code: 0 });
  expect(outcomes(parseRunEvents(back.stdout))).toEqual({ 'services.api': 'succeeded' });
  expect(await image(made, 'api')).toBe('nginx:1.29');
  expect(await names(made, 'cm')).toEqual(['web']);
  expect(await made.kubectl(['get', 'cm', 'web', '-o', 'jsonpath={.data.value}'])).toBe('two');
  expect((await list(made, ['job'])).map(({ metadata }) => metadata.uid)).toEqual([seed?.metadata.uid]);
  const leases = (await cluster.audit())
    .slice(before)
    .filter((event) => isFlotillaWrite(event) && event.requestURI.includes('/leases'))
    .map(({ verb }) => verb);
  expect(leases[0]).toBe('create');
  expect(leases.at(-1)).toBe('delete');
  await expectUnlocked(made);
  // The file that was deployed, so that what is live can be compared with it.
  await made.write({
    'flotilla.yaml': shop,
    'api.yaml': workload('api'),
    'web.yaml': configMap('web', 'two'),
  });
  expect(await states(made)).toEqual({
    'services.api': 'in-sync',
    'services.web': 'in-sync',
    'jobs.seed': 'in-sync',
  });
  const again = await made.run(['rollback', 'services.api', '--to', '2']);
  expect(ended(again)).toMatchObject({ code: 0 });
  expect(await image(made, 'api')).toBe('nginx:1.30');
  expect(await names(made, 'cm')).toEqual(['api-added', 'web']);
  for (const [words, said] of [
    [['services.api', '--to', '99'], 'services.api has no revision 99'],
    [['services.other'], 'services.other has no good revision'],
    [['jobs.seed'], 'jobs.seed cannot be rolled back'],
  ] as const) {
    const refused = ended(await made.run(['rollback', ...words]));
    expect(refused.code).toBe(65);
    expect(refused.said).toContain(said);
  }
});

test('without tasks a rollback puts back what is not at its last good version, and keeps what spoke against it', async () => {
  const made = await deployment('unnamed', {
    'flotilla.yaml': shop,
    'api.yaml': workload('api'),
    'web.yaml': workload('web'),
    'seed.yaml': job,
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const nothing = ended(await made.run(['rollback']));
  expect(nothing).toMatchObject({ code: 65 });
  expect(nothing.said).toContain('there is nothing to put back');
  const logs = ", lab.fake/logs: 'no database at db:5432'";
  await made.write({
    'api.yaml': documents(workload('api', { mode: 'crash-loop', more: logs }), configMap('api-added')),
  });
  expect(ended(await made.run(['deploy', ...impatient]))).toMatchObject({ code: 2 });
  expect(await states(made)).toMatchObject({ 'services.api': 'failed' });
  const back = await made.run(['rollback', '-o', 'ndjson']);
  expect(ended(back)).toMatchObject({ code: 0 });
  expect(outcomes(parseRunEvents(back.stdout))).toEqual({ 'services.api': 'succeeded' });
  expect(back.stderr).toContain('services.api before the rollback:');
  expect(back.stderr).toContain('no database at db:5432');
  expect(back.stderr).toContain('kubectl -n unnamed get configmap flotilla-shop.evidence');
  expect(await made.kubectl(['get', 'cm', 'flotilla-shop.evidence', '-o', 'yaml'])).toContain(
    'no database at db:5432',
  );
  expect(await names(made, 'cm')).toEqual([]);
  await made.write({ 'api.yaml': workload('api') });
  expect(await states(made)).toEqual({
    'services.api': 'in-sync',
    'services.web': 'in-sync',
    'jobs.seed': 'in-sync',
  });
  expect(ended(await made.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  const records = 'cm,secret,lease,controllerrevision';
  expect(await made.kubectl(['get', records, '-l', 'flotilla.dev/record', '-o', 'name'])).toBe('');
});

test('--on-halt rollback takes back what this run has changed, and only that', async () => {
  const services = ['same', 'ill', 'good', 'fresh', 'slow', 'bad'];
  const file = (first: readonly string[], halting: readonly string[]) => `name: shop
services:
${services.map((each) => `  - {name: ${each}, manifests: [${each}.yaml]}\n`).join('')}jobs:
  - {name: seed, manifests: [seed.yaml]}
workflows:
  - name: setup
    parallelize:
      - {step: first, tasks: [jobs.seed, ${first.map((each) => `services.${each}`).join(', ')}]}
      - {step: then, halt_on_error: true, tasks: [${halting.map((each) => `services.${each}`).join(', ')}]}
`;
  const made = await deployment('on-halt', {
    'flotilla.yaml': file(['same', 'ill', 'good'], ['slow', 'bad']),
    'same.yaml': configMap('same'),
    'ill.yaml': workload('ill'),
    'good.yaml': configMap('good'),
    'fresh.yaml': configMap('fresh'),
    'slow.yaml': workload('slow'),
    'bad.yaml': workload('bad'),
    'seed.yaml': job,
  });
  expect(ended(await made.run(['deploy']))).toMatchObject({ code: 0 });
  const [seed] = await list(made, ['job']);
  // From now on this one is broken, and the run after finds it so.
  await made.write({ 'ill.yaml': workload('ill', { image: 'registry.invalid/ill:1' }) });
  expect(ended(await made.run(['deploy', '--only', 'services.ill', ...impatient])).code).not.toBe(0);
  await made.write({
    'flotilla.yaml': file(['same', 'ill', 'good', 'fresh'], ['slow', 'bad']),
    'good.yaml': documents(configMap('good', 'two'), configMap('good-added')),
    'slow.yaml': workload('slow', { mode: 'never-ready' }),
    'bad.yaml': documents(workload('bad', { image: 'registry.invalid/bad:1' }), configMap('bad-added')),
  });
  const halted = await made.run(['deploy', '--on-halt', 'rollback', '-o', 'ndjson', ...impatient]);
  expect(ended(halted)).toMatchObject({ code: 1 });
  const events = parseRunEvents(halted.stdout);
  expect(outcomes(events)).toMatchObject({ 'services.ill': 'failed', 'services.slow': 'cancelled' });
  expect(events.at(-1)).toMatchObject({ outcome: 'halted', exitCode: 1 });
  const { rolledBack = [] } = events.at(-1) ?? {};
  const byTask = rolledBack.map(({ task, revision, outcome }) => [task, revision, outcome] as const);
  expect(byTask.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['services.bad', 1, 'succeeded'],
    ['services.fresh', null, null],
    ['services.good', 1, 'succeeded'],
    ['services.slow', 1, 'succeeded'],
  ]);
  expect(halted.stderr).toContain('flotilla-shop.evidence');
  const kept = await made.kubectl(['get', 'cm', 'flotilla-shop.evidence', '-o', 'json']);
  const { data } = JSON.parse(kept) as { readonly data: Readonly<Record<string, string>> };
  expect(Object.keys(data).sort()).toEqual(['run', 'services.bad', 'services.slow']);
  expect(data['services.bad']).toContain('registry.invalid/bad:1');
  expect(await names(made, 'cm')).toEqual(['fresh', 'good', 'same']);
  expect(await made.kubectl(['get', 'cm', 'good', '-o', 'jsonpath={.data.value}'])).toBe('one');
  expect([await image(made, 'ill'), await image(made, 'bad')]).toEqual([
    'registry.invalid/ill:1',
    'nginx:1.29',
  ]);
  expect((await list(made, ['job'])).map(({ metadata }) => metadata.uid)).toEqual([seed?.metadata.uid]);
  await expectUnlocked(made);
  expect(await numbers(made, 'services.good')).toEqual([1]);
  expect(await states(made)).toMatchObject({
    'services.same': 'in-sync',
    'services.ill': 'failed',
    'services.good': 'missing',
    'services.bad': 'missing',
  });
  // What was put back is not taken for done.
  await made.write({ 'bad.yaml': workload('bad', { image: 'registry.invalid/bad:1' }) });
  const again = await made.run(['deploy', '--resume', ...impatient]);
  expect(ended(again).code).toBe(65);
  await made.write({
    'bad.yaml': documents(workload('bad', { image: 'registry.invalid/bad:1' }), configMap('bad-added')),
  });
  const resumed = await made.run(['deploy', '--resume', '-o', 'ndjson', ...impatient]);
  expect(ended(resumed)).toMatchObject({ code: 1 });
  expect(await made.kubectl(['get', 'cm', 'good', '-o', 'jsonpath={.data.value}'])).toBe('two');
});
