import type { ProgramResult } from './control-plane/run-program.js';
import { startProxyBefore, type ProxyBefore } from './faults/proxy-before.js';
import { askUntil } from './testing/ask-until.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { flotilla } from './testing/flotilla.js';
import { makeReady } from './testing/pod-control.js';
import { removeFinalizers } from './testing/remove-finalizers.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

const suite = useControlPlane({ audit: false });
const { cluster } = suite;
let proxy: ProxyBefore;

beforeAll(async () => {
  proxy = await startProxyBefore(cluster);
});

afterAll(async () => {
  await proxy.close();
});

// The first service is ready at once, the second never: the run holds its lock until somebody ends it.
const files = {
  'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.yaml]}
  - {name: slow, manifests: [slow.yaml]}
workflows:
  - name: setup
    order_from: [services.settings, services.slow]
`,
  'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
  'slow.yaml': slow('never-ready'),
};

function slow(mode: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: slow}
spec:
  selector: {matchLabels: {app: slow}}
  template:
    metadata: {labels: {app: slow}, annotations: {lab.fake/mode: ${mode}}}
    spec: {containers: [{name: c, image: nginx:1.29}]}
`;
}

const deployment = (namespace: string, given: Readonly<Record<string, string>> = files) =>
  suite.deployment(namespace, given);

interface Holding {
  /** Resolves once the run waits for the service that is never ready. */
  readonly waits: Promise<void>;
  readonly ended: Promise<ProgramResult>;
}

interface HoldOptions {
  readonly words?: readonly string[];
  readonly kubeconfig?: string;
  /** Told of all that it has said so far. */
  readonly onStderr?: (said: string) => void;
}

/** A run that holds the lock, started from a CI job. */
function hold(shop: Deployment, { words = [], kubeconfig, onStderr }: HoldOptions = {}): Holding {
  let tell: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const where = ['-n', shop.namespace, '--kubeconfig', kubeconfig ?? cluster.kubeconfig.admin];
  const args = ['deploy', '-o', 'ndjson', ...where, ...words];
  const ended = flotilla(args, {
    cwd: shop.folder,
    env: { GITHUB_ACTOR: 'ann', CI_JOB_URL: 'https://ci.example/jobs/7', CI_COMMIT_SHA: 'c0ffee' },
    onOutput: (stdout, stderr) => {
      if (/"task":"services.slow","phase":"wait"/.test(stdout)) tell();
      onStderr?.(stderr);
    },
  });
  return { waits, ended };
}

test('a second run is refused and told who holds the lock; unlock ends the first as cancelled', async () => {
  const shop = await deployment('locked');
  const first = hold(shop);
  await first.waits;
  const refused = await shop.run(['deploy']);
  expect(ended(refused)).toMatchObject({ code: 75 });
  for (const said of [
    'locked by ann@',
    'since 20',
    'commit c0ffee',
    'https://ci.example/jobs/7',
    'flotilla unlock',
  ])
    expect(refused.stderr).toContain(said);
  const { stdout } = await shop.run(['status', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({
    lock: { holder: expect.stringMatching(/^ann@/) as string, since: expect.stringMatching(/^20/) as string },
  });
  expect(ended(await shop.run(['unlock']))).toMatchObject({ code: 64 });
  const unlocked = await shop.run(['unlock', '--yes']);
  expect(ended(unlocked)).toMatchObject({
    code: 0,
    said: expect.stringContaining('let the lock go') as string,
  });
  const stopped = await first.ended;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'cancelled', exitCode: 143 });
  await expectUnlocked(shop);
  expect(ended(await shop.run(['unlock', '--yes']))).toMatchObject({
    code: 0,
    said: expect.stringContaining('Nobody holds the lock') as string,
  });
});

test('a newer run takes over: the older ends as superseded, and what it finished is kept', async () => {
  const shop = await deployment('taken-over');
  const older = hold(shop);
  await older.waits;
  await shop.write({ 'slow.yaml': slow('ok') });
  const newer = await shop.run(['deploy', '--take-over', '-o', 'ndjson']);
  expect(ended(newer)).toMatchObject({ code: 0 });
  const stopped = await older.ended;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'superseded', exitCode: 143 });
  const events = parseRunEvents(newer.stdout);
  expect(outcomes(events)).toEqual({ 'services.settings': 'succeeded', 'services.slow': 'succeeded' });
  const started = events.filter(({ type }) => type === 'task-started').map(({ task }) => task);
  expect(started).toEqual(['services.slow']);
  expect(newer.stderr).toContain('Taking over from run');
  await expectUnlocked(shop);
});

test('a run that waits gets the lock of one that was killed, and a changed file cannot be resumed', async () => {
  const shop = await deployment('left-behind');
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  const args = [
    'deploy',
    '-v',
    '-n',
    shop.namespace,
    '--kubeconfig',
    cluster.kubeconfig.admin,
    '--lock-duration',
    '3',
  ];
  const dead = await flotilla(args, {
    cwd: shop.folder,
    onStart: (end) => {
      kill = end;
    },
    onOutput: (_stdout, stderr) => {
      if (/services.slow .*wait/.test(stderr)) kill?.('SIGKILL');
    },
  });
  expect(dead.signal).toBe('SIGKILL');
  await shop.write({ 'slow.yaml': slow('ok') });
  const refused = await shop.run(['deploy', '--resume']);
  expect(ended(refused)).toMatchObject({ code: 65 });
  expect(refused.stderr).toContain('changed: services.slow');
  const anew = await shop.run(['deploy']);
  expect(ended(anew)).toMatchObject({ code: 0 });
  expect(anew.stderr).toContain('never came to an end');
});

test('whose renewals are held up writes nothing more before another takes over, and ends as having lost its lock', async () => {
  const shop = await deployment('held-up');
  await shop.write({
    'flotilla.yaml': files['flotilla.yaml']
      .replace(/order_from.*/, 'order_from: [services.settings, services.slow, services.late]')
      .replace('workflows:', '  - {name: late, manifests: [late.yaml]}\nworkflows:'),
    'late.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late}\n',
  });
  const locking = ['--lock-duration', '6'];
  let isReady: Promise<void> | undefined;
  const first = hold(shop, {
    words: locking,
    kubeconfig: proxy.kubeconfig,
    // The next task may begin just when nothing may be written.
    onStderr: (said) => {
      if (said.includes('nothing is written until it is'))
        isReady ??= makeReady(cluster.client, shop.namespace, 'app=slow');
    },
  });
  await first.waits;
  await askUntil('there is a pod to become ready', async () =>
    (await shop.kubectl(['get', 'pods', '-l', 'app=slow', '-o', 'name'])).includes('pod/'),
  );
  // All goes through from now on but what renews the lease.
  proxy.plan = ({ method, path }) =>
    method === 'PATCH' && path.includes('/leases/') ? { kind: 'half-open', reaches: false } : undefined;
  await shop.write({ 'slow.yaml': slow('ok') });
  let before: number | undefined;
  const second = await shop.run(['deploy', '-o', 'ndjson', '--lock-timeout', '60', ...locking], {
    onOutput: (_stdout, stderr) => {
      if (stderr.includes('it is taken over')) before ??= proxy.exchanges.length;
    },
  });
  expect(ended(second)).toMatchObject({ code: 0 });
  const stopped = await first.ended;
  proxy.plan = () => undefined;
  await isReady;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(stopped.stderr).toContain('nothing is written until it is');
  expect(stopped.stderr).toContain('The lock is lost');
  const events = parseRunEvents(stopped.stdout);
  expect(events.at(-1)).toMatchObject({ outcome: 'cancelled', exitCode: 143 });
  expect(outcomes(events)).not.toMatchObject({ 'services.late': 'succeeded' });
  const writes = proxy.exchanges
    .slice(before)
    .filter(({ method, path }) => method !== 'GET' && !path.includes('/leases'));
  expect({ before: typeof before, writes }).toEqual({ before: 'number', writes: [] });
  expect(outcomes(parseRunEvents(second.stdout))).toMatchObject({
    'services.slow': 'succeeded',
    'services.late': 'succeeded',
  });
  await expectUnlocked(shop);
});

/** What a finalizer holds, so that a removal waits for it until somebody ends one of the two. */
const heldFiles = {
  'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.yaml]}
  - {name: held, manifests: [held.yaml], depends_on: [settings]}
`,
  'settings.yaml': files['settings.yaml'],
  'held.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, finalizers: [lab.example/hold]}\n',
};

/** A removal that holds the lock and waits for what the finalizer holds. */
async function holdWithDestroy(namespace: string): Promise<{ shop: Deployment; ended: Holding['ended'] }> {
  const shop = await deployment(namespace, heldFiles);
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  let tell: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const running = shop.run(['destroy', '--yes', '-o', 'ndjson'], {
    onOutput: (stdout) => {
      if (stdout.includes('held by the finalizer')) tell();
    },
  });
  await waits;
  return { shop, ended: running };
}

test('unlock while a destroy holds the lock: it ends as cancelled, and once more it goes on', async () => {
  const { shop, ended: destroying } = await holdWithDestroy('unlock-destroy');
  expect(ended(await shop.run(['deploy']))).toMatchObject({
    code: 75,
    said: expect.stringContaining('flotilla unlock') as string,
  });
  expect(ended(await shop.run(['unlock', '--yes']))).toMatchObject({
    code: 0,
    said: expect.stringContaining('let the lock go') as string,
  });
  const stopped = await destroying;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'cancelled', exitCode: 143 });
  // What is left is known, and nobody is locked out of it.
  await expectUnlocked(shop);
  expect(await shop.kubectl(['get', 'cm', 'flotilla-shop', 'settings', '-o', 'name'])).toContain('settings');
  await removeFinalizers(shop, 'configmap/held');
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await shop.kubectl(['get', 'cm,lease', '-l', 'flotilla.dev/deployment', '-o', 'name'])).toBe('');
});

test('a deploy takes over from a destroy: all is there again, also what was on its way out', async () => {
  const { shop, ended: destroying } = await holdWithDestroy('deploy-over-destroy');
  let released: Promise<void> | undefined;
  const newer = await shop.run(['deploy', '--take-over', '-o', 'ndjson'], {
    onOutput: (stdout) => {
      if (stdout.includes('being deleted')) released ??= removeFinalizers(shop, 'configmap/held');
    },
  });
  const stopped = await destroying;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'superseded', exitCode: 143 });
  expect(ended(newer)).toMatchObject({ code: 0 });
  const there = await shop.kubectl(['get', 'cm', 'settings', 'held', '-o', 'json']);
  const { items } = JSON.parse(there) as { readonly items: readonly { readonly metadata: object }[] };
  for (const { metadata } of items) expect(metadata).not.toHaveProperty('deletionTimestamp');
  await expectUnlocked(shop);
});

test.each(['deploy', 'destroy'])('a destroy takes over from a %s: nothing is left', async (what) => {
  const name = `destroy-over-${what}`;
  let shop: Deployment;
  let older: Promise<ProgramResult>;
  if (what === 'destroy') {
    const holding = await holdWithDestroy(name);
    ({ shop, ended: older } = holding);
  } else {
    shop = await deployment(name);
    const holding = hold(shop);
    await holding.waits;
    older = holding.ended;
  }
  const newer = shop.run(['destroy', '--take-over', '--yes', '-o', 'ndjson']);
  const stopped = await older;
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'superseded', exitCode: 143 });
  if (what === 'destroy') await removeFinalizers(shop, 'configmap/held');
  expect(ended(await newer)).toMatchObject({ code: 0 });
  const kinds = 'cm,deploy,lease,secret,controllerrevision';
  expect(await shop.kubectl(['get', kinds, '-l', 'flotilla.dev/deployment', '-o', 'name'])).toBe('');
});
