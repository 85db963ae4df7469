import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './control-plane/run-program.js';
import type { ProxiedRequest } from './faults/fault.js';
import type { Deployment } from './testing/deployment.js';
import { flotilla } from './testing/flotilla.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { jobUids } from './testing/job-uids.js';
import { boundMs, useInterruptible } from './testing/interruptible.js';
import { readJournal } from './testing/read-journal.js';
import { parseRunEvents } from './testing/run-events.js';

// The phases of a run that cancel.test.ts does not play, and for each the second signal.

const place = useInterruptible();

const configMap = (name: string, version: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {version: ${version}}\n`;

/** Of the second version `extra` is pruned. */
function files(version: string): Readonly<Record<string, string>> {
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
  - name: teardown
    order_from: [release.remove_environment]
`,
    'settings.yaml': `${configMap('settings', version)}${version === 'one' ? `---\n${configMap('extra', version)}` : ''}`,
    'migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}
`,
    'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: 'nginx:1.29'}]}
`,
  };
}

const watches = (kind: string) => (request: ProxiedRequest) =>
  request.isWatch && request.path.endsWith(`/${kind}`);
const deletes = (kind: string, name: string) => (request: ProxiedRequest) =>
  request.method === 'DELETE' && request.path.endsWith(`/${kind}/${name}`);

interface Phase {
  readonly name: string;
  /** A good deploy of the first version comes before it. */
  readonly after?: 'deploy';
  readonly words: readonly string[];
  readonly at: (request: ProxiedRequest) => boolean;
  readonly goesOn: readonly string[];
  /** Which one is played here; both unless said. */
  readonly only?: 'first' | 'second';
}

const phases: readonly Phase[] = [
  {
    name: 'readiness',
    words: ['deploy'],
    at: watches('deployments'),
    goesOn: ['deploy', '--resume'],
  },
  { name: 'job', words: ['deploy'], at: watches('jobs'), goesOn: ['deploy', '--resume'], only: 'second' },
  {
    name: 'prune',
    after: 'deploy',
    words: ['deploy'],
    at: deletes('configmaps', 'extra'),
    only: 'second',
    goesOn: ['deploy', '--resume'],
  },
  {
    name: 'destroy',
    after: 'deploy',
    words: ['destroy', '--yes'],
    at: deletes('configmaps', 'settings'),
    goesOn: ['destroy', '--yes'],
    only: 'second',
  },
  {
    name: 'destroy-waits',
    after: 'deploy',
    words: ['destroy', '--yes'],
    at: watches('deployments'),
    goesOn: ['destroy', '--yes'],
    only: 'first',
  },
];

async function begin({ name, after }: Phase, signal: string): Promise<Deployment> {
  const shop = await place.deployment(`${name}-${signal.toLowerCase()}`, files('one'));
  if (after === undefined) return shop;
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.write(files('two'));
  return shop;
}

async function expectGoesOn(shop: Deployment, { goesOn, words }: Phase): Promise<void> {
  const jobs = await jobUids(shop);
  expect(ended(await shop.run(goesOn))).toMatchObject({ code: 0 });
  await expectUnlocked(shop);
  const left = await shop.kubectl([
    'get',
    'cm,deploy,job',
    '-l',
    'flotilla.dev/deployment=shop',
    '-o',
    'name',
  ]);
  if (words[0] === 'destroy') expect(left).toBe('');
  else expect(left).toContain('deployment.apps/web');
  // The very job goes on: none is run twice.
  if (words[0] === 'deploy' && jobs !== '') expect(await jobUids(shop)).toBe(jobs);
}

test.each(phases.filter(({ only }) => only !== 'second'))(
  '$name: the first signal ends it in order, and it goes on from there',
  async (phase) => {
    const shop = await begin(phase, 'SIGTERM');
    const { words, at } = phase;
    const stopped = await place.interrupt(shop, words, { at, reaches: false, signals: ['SIGTERM'] });
    expect(ended(stopped)).toMatchObject({ code: 143, signal: null });
    expect(stopped.tookMs).toBeLessThan(boundMs);
    expect(parseRunEvents(stopped.stdout).at(-1)).toMatchObject({ outcome: 'cancelled', exitCode: 143 });
    expect(await readJournal(shop)).toMatchObject({ end: { outcome: 'cancelled' } });
    await expectUnlocked(shop);
    await expectGoesOn(shop, phase);
  },
);

test.each(phases.filter(({ only }) => only !== 'first'))(
  '$name: the second signal ends it at once, the lock expires, and it goes on',
  async (phase) => {
    const shop = await begin(phase, 'SIGINT');
    const { words, at } = phase;
    // Nothing is answered any more, so that nothing of the end could have been written between the two.
    const stopped = await place.interrupt(shop, [...words, '--lock-duration', '2'], {
      at,
      reaches: false,
      silent: true,
      signals: ['SIGTERM', 'SIGINT'],
    });
    expect(ended(stopped)).toMatchObject({ code: 130, signal: null });
    const events = parseRunEvents(stopped.stdout);
    expect(events.map(({ type }) => type)).not.toContain('run-settled');
    expect(await readJournal(shop)).not.toHaveProperty('end');
    expect(await shop.kubectl(['get', 'lease', '-o', 'name'])).toContain('flotilla-shop');
    await expectGoesOn(shop, phase);
  },
);

test('a second signal while the lock is written: it ends at once, and the lock expires', async () => {
  const shop = await place.deployment('lock-second', files('one'));
  const stopped = await place.interrupt(shop, ['deploy', '--lock-duration', '2'], {
    at: ({ method, path }) => method === 'POST' && path.endsWith('/leases'),
    silent: true,
    signals: ['SIGINT', 'SIGTERM'],
  });
  expect(ended(stopped)).toMatchObject({ code: 143, signal: null });
  expect(stopped.stderr).toContain('SIGINT: stopping; once more ends at once.');
  expect(await shop.kubectl(['get', 'cm,deploy,job', '-l', 'flotilla.dev/deployment', '-o', 'name'])).toBe(
    '',
  );
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await expectUnlocked(shop);
});

const lease = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: flotilla-shop}
spec: {holderIdentity: somebody, leaseDurationSeconds: 3600}
`;

test('while it waits for the lock: nothing was written, and whoever holds it keeps it', async () => {
  const shop = await place.deployment('waits', files('one'));
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.kubectl(['create', '-f', '-'], lease);
  const before = await shop.kubectl(['get', 'cm,lease', '-o', 'yaml']);
  const runs = [['deploy'], ['destroy', '--yes'], ['rollback', 'services.web', '--to', '1']];
  const waiting = runs.map((words) => {
    let isStopped = false;
    return shop.run([...words, '--lock-timeout', '3600'], {
      onOutput: (_stdout, stderr, kill) => {
        if (isStopped || !stderr.includes('Waiting for the lock')) return;
        isStopped = true;
        kill('SIGINT');
      },
    });
  });
  for (const stopped of await Promise.all(waiting)) {
    expect(ended(stopped)).toMatchObject({ code: 130, signal: null });
    expect(stopped.stderr).toContain('no object was written.');
  }
  expect(await shop.kubectl(['get', 'cm,lease', '-o', 'yaml'])).toBe(before);
});

/** A program that never ends and has started another; both hold a pipe open, whose end tells that neither is left. */
async function hanging(folder: string, name: string) {
  const program = join(folder, name);
  const pipe = `${program}.alive`;
  await writeFile(program, `#!/bin/sh\nexec 3> '${pipe}'\nsleep 600 &\nwait\n`);
  await chmod(program, 0o755);
  await runProgram('mkfifo', [pipe]);
  const alive = createReadStream(pipe).resume();
  const gone = once(alive, 'end');
  const whenItRuns = (signal: NodeJS.Signals) => (kill: (signal: NodeJS.Signals) => void) => {
    alive.once('open', () => {
      kill(signal);
    });
  };
  return { program, whenItRuns, gone };
}

test.each([[['render']], [['diff']], [['deploy']], [['plan', '--out', 'plan.yaml']]])(
  '%j while helm runs: neither helm nor what it has started is left',
  async (words) => {
    const shop = await place.deployment(`helm-${words[0] ?? ''}`, {
      'flotilla.yaml': 'name: shop\ncharts: [{name: c, directory: chart}]\n',
      'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n',
    });
    const helm = await hanging(shop.folder, 'helm');
    const where = words[0] === 'render' ? [] : ['--kubeconfig', place.cluster.kubeconfig.admin];
    const stopped = await flotilla([...words, '-n', shop.namespace, ...where], {
      cwd: shop.folder,
      env: { PATH: `${shop.folder}:${process.env['PATH'] ?? ''}` },
      onStart: helm.whenItRuns('SIGTERM'),
    });
    expect(ended(stopped)).toMatchObject({ code: 143, signal: null });
    await helm.gone;
  },
);

test.each([[['deploy']], [['status']], [['destroy', '--yes']]])(
  '%j while a credential plugin runs: neither it nor what it has started is left',
  async (words) => {
    const shop = await place.deployment(`plugin-${words[0] ?? ''}`, files('one'));
    const plugin = await hanging(shop.folder, 'get-token');
    const given = JSON.parse(await readFile(place.kubeconfig(), 'utf8')) as { users: { user: object }[] };
    const apiVersion = 'client.authentication.k8s.io/v1';
    const exec = { apiVersion, command: plugin.program, interactiveMode: 'Never' };
    const kubeconfig = join(shop.folder, 'plugin.json');
    const users = given.users.map((user) => ({ ...user, user: { exec } }));
    await writeFile(kubeconfig, JSON.stringify({ ...given, users }));
    const stopped = await shop.run(words, { onStart: plugin.whenItRuns('SIGINT') }, kubeconfig);
    expect(ended(stopped)).toMatchObject({ code: 130, signal: null });
    await plugin.gone;
  },
);
