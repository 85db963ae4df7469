import type { ProxiedRequest } from './faults/fault.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { jobUids } from './testing/job-uids.js';
import { boundMs, useInterruptible, writes, type Interrupted } from './testing/interruptible.js';
import { readJournal } from './testing/read-journal.js';
import { removeFinalizers } from './testing/remove-finalizers.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';

const place = useInterruptible();
const { interrupt } = place;

const deployment = (namespace: string, given = files('one')) => place.deployment(namespace, given);

/** What the second version changes is applied, what it lacks is pruned; a finalizer holds what is pruned. */
function files(version: string, extra = true): Readonly<Record<string, string>> {
  const held = extra ? configMap('extra', version, 'finalizers: [flotilla.example/held]') : '';
  return {
    'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.yaml]}
  - {name: web, manifests: [web.yaml]}
jobs:
  - {name: migrate, manifests: [migrate.yaml]}
workflows:
  - name: setup
    order_from: [services.settings, jobs.migrate, services.web]
`,
    'settings.yaml': `${configMap('settings', version)}${held}`,
    'web.yaml': configMap('web', version),
    'migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template:
    metadata: {annotations: {lab.fake/run-ms: "${version === 'slow' ? 6000 : 10}"}}
    spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:${version}"}]}
`,
  };
}

function configMap(name: string, version: string, metadata = 'labels: {a: b}'): string {
  return `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  ${metadata}
data: {version: ${version}}
`;
}

/** A run that ends at once says nothing of its end; the first signal alone lets it come to one within bounds. */
function expectAtOnce(stopped: Interrupted, isSecond: boolean): void {
  const types = parseRunEvents(stopped.stdout).map(({ type }) => type);
  expect(types.includes('run-settled')).toBe(!isSecond);
  expect(stopped.tookMs).toBeLessThan(boundMs);
}

async function expectGoesOn(shop: Deployment, words: readonly string[] = ['deploy', '--resume']) {
  const again = await shop.run([...words, '-o', 'ndjson']);
  expect(ended(again)).toMatchObject({ code: 0 });
  return parseRunEvents(again.stdout);
}

test('in the checks: nothing was written, and nothing is locked', async () => {
  const shop = await deployment('preflight');
  const at = (request: ProxiedRequest) => request.isDryRun;
  const stopped = await interrupt(shop, ['deploy'], { at, signals: ['SIGTERM'] });
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(stopped.stderr).toContain('SIGTERM: nothing was written.');
  expect(stopped.tookMs).toBeLessThan(boundMs);
  expect(await shop.kubectl(['get', 'configmap', '-l', 'flotilla.dev/deployment', '-o', 'name'])).toBe('');
  await expectUnlocked(shop);
});

const beginnings = [
  ['the lock', (request: ProxiedRequest) => request.method === 'POST' && request.path.endsWith('/leases')],
  [
    'the journal',
    (request: ProxiedRequest) => request.method === 'POST' && request.path.endsWith('/configmaps'),
  ],
  ['the inventory', writes('configmaps', 'flotilla-shop')],
] as const;

test.each(beginnings)(
  'while %s is written, which nobody answers: no object is written, the lock is let go',
  async (name, at) => {
    const shop = await deployment(name.replace(' ', '-'));
    const stopped = await interrupt(shop, ['deploy'], { at });
    expect(ended(stopped)).toMatchObject({ code: 130 });
    expect(stopped.tookMs).toBeLessThan(boundMs);
    await expectUnlocked(shop);
    await expectGoesOn(shop, ['deploy']);
  },
);

test.each([true, false])(
  'while an object is applied and nobody answers (the server has it: %s): it is named, the journal is true',
  async (reaches) => {
    const shop = await deployment(`apply-${String(reaches)}`);
    const stopped = await interrupt(shop, ['deploy'], { at: writes('configmaps', 'settings'), reaches });
    expect(ended(stopped)).toMatchObject({ code: 130 });
    expect(stopped.tookMs).toBeLessThan(boundMs);
    const events = parseRunEvents(stopped.stdout);
    expect(events.at(-1)).toMatchObject({
      outcome: 'cancelled',
      unanswered: [{ verb: 'apply', object: { kind: 'ConfigMap', name: 'settings' } }],
    });
    expect(outcomes(events)['services.settings']).toBe('cancelled');
    expect(await readJournal(shop)).toMatchObject({
      'services.settings': { state: 'settled', outcome: 'cancelled' },
      end: { outcome: 'cancelled' },
    });
    await expectUnlocked(shop);
    await expectGoesOn(shop);
  },
);

test('while a job runs: it goes on running, and the resumed run adopts it', async () => {
  const shop = await deployment('job', files('slow'));
  const isJobWatch = (request: ProxiedRequest) => request.isWatch && request.path.endsWith('/jobs');
  // The answer that is missing is the watch's: the job is there, and runs.
  const stopped = await interrupt(shop, ['deploy'], { at: isJobWatch, signals: ['SIGTERM'] });
  expect(ended(stopped)).toMatchObject({ code: 143 });
  expect(stopped.tookMs).toBeLessThan(boundMs);
  const job = await jobUids(shop);
  expect(job.split(' ')).toHaveLength(1);
  await expectUnlocked(shop);
  await expectGoesOn(shop);
  expect(await jobUids(shop)).toBe(job);
});

test('while it prunes: what was deleted and what was not is said, the rest is pruned by the next run', async () => {
  const shop = await deployment('prune');
  await expectGoesOn(shop, ['deploy']);
  await shop.write(files('two', false));
  const at = (request: ProxiedRequest) =>
    request.method === 'DELETE' && request.path.endsWith('/configmaps/extra');
  const stopped = await interrupt(shop, ['deploy'], { at });
  expect(ended(stopped)).toMatchObject({ code: 130 });
  expect(stopped.tookMs).toBeLessThan(boundMs);
  const events = parseRunEvents(stopped.stdout);
  expect(events.at(-1)).toMatchObject({
    outcome: 'cancelled',
    pruned: { deleted: [] },
    unanswered: [{ verb: 'delete', object: { kind: 'ConfigMap', name: 'extra' } }],
  });
  expect(await readJournal(shop)).toMatchObject({ end: { outcome: 'cancelled' } });
  await expectUnlocked(shop);
  await removeFinalizers(shop, 'configmap/extra');
  await expectGoesOn(shop);
});

test.each([
  { signals: ['SIGINT'], code: 130 },
  { signals: ['SIGINT', 'SIGTERM'], code: 143 },
] as const)(
  'in a rollback, $signals: bounded, and the same rollback goes on where it was',
  async ({ signals, code }) => {
    const shop = await deployment(`rollback-${String(signals.length)}`);
    await expectGoesOn(shop, ['deploy']);
    await shop.write(files('two'));
    await expectGoesOn(shop, ['deploy']);
    const words = ['rollback', 'services.web', '--to', '1', '--lock-duration', '2'];
    const stopped = await interrupt(shop, words, {
      at: writes('configmaps', 'web'),
      reaches: false,
      signals,
      silent: signals.length === 2,
    });
    expect(ended(stopped)).toMatchObject({ code, signal: null });
    expectAtOnce(stopped, signals.length === 2);
    if (signals.length === 1) {
      expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({
        outcome: 'cancelled',
        unanswered: [{ verb: 'apply', object: { kind: 'ConfigMap', name: 'web' } }],
      });
      expect(await readJournal(shop)).toMatchObject({ end: { outcome: 'cancelled' } });
      await expectUnlocked(shop);
    }
    await expectGoesOn(shop, words);
    expect(await shop.kubectl(['get', 'configmap', 'web', '-o', 'jsonpath={.data.version}'])).toBe('one');
    await expectUnlocked(shop);
  },
);

test('a rollback that still looks for its revisions: nothing was written', async () => {
  const shop = await deployment('rollback-looks');
  await expectGoesOn(shop, ['deploy']);
  await shop.write(files('two'));
  await expectGoesOn(shop, ['deploy']);
  const at = (request: ProxiedRequest) => request.path.endsWith('/controllerrevisions');
  const stopped = await interrupt(shop, ['rollback', 'services.web', '--to', '1'], { at });
  expect(ended(stopped)).toMatchObject({ code: 130 });
  expect(stopped.stderr).toContain('SIGINT: nothing was written.');
  expect(stopped.tookMs).toBeLessThan(boundMs);
});

/** The first service is good in both versions; the second is refused by the server, which halts the run. */
function halting(version: string): Readonly<Record<string, string>> {
  const refused = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n';
  return {
    'flotilla.yaml': `name: shop
services:
  - {name: settings, manifests: [settings.yaml]}
  - {name: web, manifests: [web.yaml]}
workflows:
  - name: setup
    order_from: [services.settings, {task: services.web, halt_on_error: true}]
`,
    'settings.yaml': configMap('settings', version),
    'web.yaml': version === 'one' ? configMap('web', version) : refused,
  };
}

test.each([
  { signals: ['SIGINT'], code: 130, journal: 'its rollback to revision 1 ended as cancelled' },
  { signals: ['SIGINT', 'SIGTERM'], code: 143, journal: 'to be rolled back to revision 1' },
] as const)(
  'while --on-halt puts back, $signals: bounded, the journal is true, and --resume puts back what all parts have changed',
  async ({ signals, code, journal }) => {
    const shop = await deployment(`on-halt-${String(signals.length)}`, halting('one'));
    await expectGoesOn(shop, ['deploy']);
    await shop.write(halting('two'));
    const words = ['deploy', '--on-halt', 'rollback', '--no-preflight', '--lock-duration', '2'];
    let isRefused = false;
    const at = (request: ProxiedRequest) => {
      isRefused ||= writes('deployments', 'web')(request);
      return isRefused && writes('configmaps', 'settings')(request);
    };
    const stopped = await interrupt(shop, words, { at, signals, silent: signals.length === 2 });
    expect(ended(stopped)).toMatchObject({ code, signal: null });
    expectAtOnce(stopped, signals.length === 2);
    expect(await readJournal(shop)).toMatchObject({
      'services.settings': { reason: expect.stringContaining(journal) as string, changed: true },
    });
    if (signals.length === 1) await expectUnlocked(shop);
    const resumed = await shop.run([...words, '--resume', '-o', 'ndjson']);
    expect(ended(resumed)).toMatchObject({ code: 1 });
    expect(parseRunEvents(resumed.stdout).at(-1)).toMatchObject({
      outcome: 'halted',
      rolledBack: [{ task: 'services.settings', revision: 1, outcome: 'succeeded' }],
    });
    const version = ['get', 'configmap', 'settings', '-o', 'jsonpath={.data.version}'];
    expect(await shop.kubectl(version)).toBe('one');
    await expectUnlocked(shop);
  },
);

test('a second signal ends it at once, and what was written before is enough to resume', async () => {
  const shop = await deployment('second');
  const stopped = await interrupt(shop, ['deploy', '--lock-duration', '2'], {
    at: writes('configmaps', 'web'),
    signals: ['SIGINT', 'SIGTERM'],
    silent: true,
  });
  expect(ended(stopped)).toMatchObject({ code: 143, signal: null });
  expectAtOnce(stopped, true);
  expect(await readJournal(shop)).toMatchObject({
    'services.settings': { state: 'settled', outcome: 'succeeded' },
  });
  const job = await jobUids(shop);
  const events = await expectGoesOn(shop);
  const started = events.filter(({ type }) => type === 'task-started').map(({ task }) => task);
  expect(started).not.toContain('services.settings');
  expect(started).toContain('services.web');
  expect(await jobUids(shop)).toBe(job);
});

test('a server that answers nothing any more: it ends all the same, and says what is not written down', async () => {
  const shop = await deployment('silent');
  const stopped = await interrupt(shop, ['deploy', '--lock-duration', '3'], {
    at: writes('configmaps', 'web'),
    silent: true,
  });
  expect(ended(stopped)).toMatchObject({ code: 130 });
  expect(stopped.stderr).toMatch(/The lock (could not be released|is lost)/);
  expect(stopped.stderr).toContain('how the run ended could not be written down');
  expect(stopped.tookMs).toBeLessThan(2 * boundMs);
  await expectGoesOn(shop);
});
