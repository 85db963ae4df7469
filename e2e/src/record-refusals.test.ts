import type { ProxiedRequest } from './faults/fault.js';
import { startProxyBefore, type ProxyBefore } from './faults/proxy-before.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { parseRunEvents } from './testing/run-events.js';
import { readJournal } from './testing/read-journal.js';
import { useControlPlane } from './testing/use-control-plane.js';

// What a run does when the cluster refuses what it wants to remember, and nothing else.

const suite = useControlPlane({ audit: false });
let proxy: ProxyBefore;

beforeAll(async () => {
  proxy = await startProxyBefore(suite.cluster);
});

afterAll(async () => {
  await proxy.close();
});

const configMap = (name: string, version: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {version: ${version}}\n`;

/** Of the second version `extra` is pruned. */
const files = (version: string) => ({
  'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.yaml]}
  - {name: web, manifests: [web.yaml]}
workflows:
  - name: setup
    order_from: [services.settings, services.web]
`,
  'settings.yaml': `${configMap('settings', version)}${version === 'one' ? `---\n${configMap('extra', 'one')}` : ''}`,
  'web.yaml': configMap('web', version),
});

type Requests = (request: ProxiedRequest) => boolean;

const isWrite = ({ method, isDryRun }: ProxiedRequest) => method !== 'GET' && !isDryRun;
const to =
  (path: string): Requests =>
  (request) =>
    isWrite(request) && request.path.endsWith(path);

/** As admission answers (422), or as rights do (403). */
const refusals = {
  policy: {
    code: 422,
    reason: 'Invalid',
    message: 'ValidatingAdmissionPolicy "no" denied request: house rule',
  },
  rights: { code: 403, reason: 'Forbidden', message: 'configmaps is forbidden: you cannot do that' },
} as const;

/** Runs `flotilla <words>` while the cluster refuses these requests. */
async function refusing(
  shop: Deployment,
  words: readonly string[],
  { refused, how = 'policy' }: { readonly refused: Requests; readonly how?: keyof typeof refusals },
) {
  proxy.forget();
  proxy.plan = (request) => (refused(request) ? { kind: 'status', ...refusals[how] } : undefined);
  const run = await shop.run([...words, '-o', 'ndjson']);
  proxy.plan = () => undefined;
  const stored = proxy.exchanges.filter(
    ({ method, isDryRun, status, path }) =>
      method !== 'GET' && !isDryRun && status !== undefined && !path.includes('reviews'),
  );
  return {
    run,
    stored: stored.map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`),
  };
}

const deployment = (namespace: string) => suite.deployment(namespace, files('one'), proxy.kubeconfig);

const everything = 'cm,secret,lease,controllerrevision';
const leftOf = (shop: Deployment) =>
  shop.kubectl(['get', everything, '-l', 'flotilla.dev/deployment', '-o', 'name']);

const versions = (shop: Deployment) =>
  shop.kubectl(['get', 'cm', 'settings', 'web', '-o', 'jsonpath={.items[*].data.version}']);

test.each(['policy', 'rights'] as const)(
  'the inventory (%s): no object, no journal and no lock is left, and it is said what to do',
  async (how) => {
    const shop = await deployment(`inventory-${how}`);
    const { run } = await refusing(shop, ['deploy'], { refused: to('/configmaps/flotilla-shop'), how });
    expect(ended(run)).toMatchObject({ code: 77 });
    expect(run.stderr).toContain(
      `the inventory (ConfigMap inventory-${how}/flotilla-shop) cannot be read or written`,
    );
    expect(run.stderr).toContain(refusals[how].message);
    expect(run.stderr).toContain('docs/rbac.md');
    expect(await leftOf(shop)).toBe('');
    expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  },
);

test('the inventory of a deployment that is there: all stays as it was, also what was to be pruned', async () => {
  const shop = await deployment('inventory-later');
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  const before = await shop.kubectl(['get', everything, '-o', 'yaml']);
  // Another kind, so that the inventory has to be widened.
  await shop.write({
    ...files('two'),
    'web.yaml': `${configMap('web', 'two')}---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n`,
  });
  const { run, stored } = await refusing(shop, ['deploy'], { refused: to('/configmaps/flotilla-shop') });
  expect(ended(run)).toMatchObject({ code: 77 });
  expect(stored.filter((write) => !write.includes('leases'))).toEqual([]);
  expect(await shop.kubectl(['get', everything, '-o', 'yaml'])).toBe(before);
});

test('the journal, before it begins: no object and no lock is left, and it is said what to do', async () => {
  const shop = await deployment('journal');
  const refused = ({ method, path }: ProxiedRequest) => method === 'POST' && path.endsWith('/configmaps');
  const { run } = await refusing(shop, ['deploy'], { refused });
  expect(ended(run)).toMatchObject({ code: 77 });
  expect(run.stderr).toContain('the journal of this run cannot be written, so it is not begun');
  expect(run.stderr).toContain('house rule');
  expect(run.stderr).toContain('docs/rbac.md');
  expect(await leftOf(shop)).toBe('configmap/flotilla-shop\n');
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
});

test('the journal, on the way: the run does its work, and says that --resume will look at all again', async () => {
  const shop = await deployment('journal-on-the-way');
  const { run } = await refusing(shop, ['deploy'], { refused: to('/configmaps/flotilla-shop.journal') });
  expect(ended(run)).toMatchObject({ code: 0 });
  expect(run.stderr.match(/the journal cannot be written: .*house rule/g)).toHaveLength(1);
  expect(run.stderr).toContain('how the run ended could not be written down: --resume would look at every');
  expect(await readJournal(shop)).not.toHaveProperty('end');
  const resumed = await shop.run(['deploy', '--resume', '-o', 'ndjson']);
  expect(ended(resumed)).toMatchObject({ code: 0 });
  expect(parseRunEvents(resumed.stdout).at(-1)).toMatchObject({ outcome: 'succeeded' });
});

test.each([
  // Nobody takes what stands there of an earlier run for what is deployed: it counts as to be deployed again.
  { what: 'receipt', refused: to('/configmaps/flotilla-shop.receipt'), affected: 1 },
  {
    what: 'history',
    refused: ({ method, path }: ProxiedRequest) => method === 'POST' && path.endsWith('/controllerrevisions'),
    affected: 0,
  },
])(
  'the $what, at the end: the run has succeeded all the same, a warning says what is missing, and the next run writes it',
  async ({ what, refused, affected }) => {
    const shop = await deployment(`end-${what}`);
    expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
    await shop.write(files('two'));
    const { run } = await refusing(shop, ['deploy'], { refused });
    expect(ended(run)).toMatchObject({ code: 0 });
    expect(run.stderr).toContain(`the ${what} could not be written: `);
    expect(run.stderr).toContain('house rule');
    expect(await readJournal(shop)).toMatchObject({ end: { outcome: 'succeeded' } });
    expect(await versions(shop)).toBe('two two');
    await expectUnlocked(shop);
    expect(ended(await shop.run(['affected', '--exit-code']))).toMatchObject({ code: affected });
    expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
    expect(ended(await shop.run(['affected', '--exit-code']))).toMatchObject({ code: 0 });
    const history = await shop.run(['history', '-o', 'json']);
    expect(history.stdout).toContain('"revision": 2');
  },
);

test('the lock, on the way: writing ends before it expires, and it is said what the cluster answers', async () => {
  const shop = await deployment('lock-on-the-way');
  const web = configMap('web', 'one').replace('name: web', 'name: web, finalizers: [lab.example/hold]');
  await shop.write({ 'web.yaml': web });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.write({
    'flotilla.yaml': files('one')['flotilla.yaml'].replace(
      'workflows:',
      'workflows:\n  - {name: teardown, order_from: [release.remove_environment]}',
    ),
  });
  const { run } = await refusing(shop, ['destroy', '--yes', '--lock-duration', '1'], {
    refused: ({ method, path }) => method === 'PATCH' && path.endsWith('/leases/flotilla-shop'),
  });
  expect(ended(run)).toMatchObject({ code: 143 });
  expect(run.stderr).toMatch(/The lock could not be renewed.*house rule/);
  expect(run.stderr).toContain('The lock is lost');
  await expectUnlocked(shop);
});

test('the lock itself: nothing is written, and it is said what the cluster answers', async () => {
  const shop = await deployment('lock');
  const refused = ({ method, path }: ProxiedRequest) => method === 'POST' && path.endsWith('/leases');
  const { run, stored } = await refusing(shop, ['deploy'], { refused });
  expect(ended(run)).toMatchObject({ code: 77 });
  expect(run.stderr).toContain('house rule');
  expect(stored).toEqual([]);
});
