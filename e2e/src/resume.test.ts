import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramResult } from './control-plane/run-program.js';
import { watchObjects, type StoredObject } from './kube-client/watch-objects.js';
import type { Moment } from './kills/kill-proxy.js';
import { runUntilKilled, type DeadRun } from './kills/killed-run.js';
import { readEnd } from './kills/leftovers.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { expectUnlocked } from './testing/expect-unlocked.js';
import { flotilla } from './testing/flotilla.js';
import { readJournal, type JournalEntry } from './testing/read-journal.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

// Two services and a job between them: two dozen writes, all the phases of a run.
const files = {
  'flotilla.yaml': `name: shop
services:
  - {name: db, manifests: [db.yaml]}
  - {name: web, manifests: [web.yaml]}
jobs:
  - {name: migrate, manifests: [migrate.yaml]}
workflows:
  - name: setup
    order_from: [services.db, jobs.migrate, services.web]
`,
  'db.yaml': `${workload('db')}---
apiVersion: v1
kind: ConfigMap
metadata: {name: db}
data: {level: info}
`,
  'web.yaml': `${workload('web')}---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: planted-in-a-secret}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`,
  'migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  backoffLimit: 0
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
`,
};

function workload(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: nginx:1.29}]}
`;
}

const locking = ['--lock-duration', '2'];
const watching = new AbortController();
/** The uids of every job there has ever been, by namespace. */
const jobs = new Map<string, Set<string>>();
const suite = useControlPlane({ audit: false });
const { cluster, temporaryFolder } = suite;

beforeAll(() => {
  void watchObjects<StoredObject>(cluster.client, '/apis/batch/v1/jobs', {
    signal: watching.signal,
    handlers: {
      onChange: ({ metadata: { namespace = '', uid } }) => {
        jobs.set(namespace, (jobs.get(namespace) ?? new Set()).add(uid));
      },
    },
  });
});

afterAll(() => {
  watching.abort();
});

const deployment = (namespace: string) => suite.deployment(namespace, files);

/** The same files in another folder, with another home: another machine. */
async function elsewhere(shop: Deployment, words: readonly string[]): Promise<ProgramResult> {
  const home = await temporaryFolder();
  await cp(shop.folder, join(home, 'checkout'), { recursive: true });
  const where = ['--kubeconfig', cluster.kubeconfig.admin, '-n', shop.namespace];
  return flotilla([...words, ...where, ...locking], { cwd: join(home, 'checkout'), env: { HOME: home } });
}

/** What the cluster remembers of each task of the last run. */
async function readTasks(shop: Deployment): Promise<ReadonlyMap<string, JournalEntry>> {
  const entries = Object.entries(await readJournal(shop));
  return new Map(entries.filter(([key]) => key.includes('.')));
}

function killed(shop: Deployment, at: number, moment: Moment): Promise<DeadRun> {
  const words = ['deploy', '-n', shop.namespace, ...locking];
  return runUntilKilled(words, {
    kubeconfig: cluster.kubeconfig.admin,
    death: { at, moment },
    options: { cwd: shop.folder },
  });
}

/** Kills a run at one of its writes, goes on with it elsewhere, and looks at what is there. False when it had ended before. */
async function tryDeath(at: number, moment: Moment, end: readonly unknown[]): Promise<boolean> {
  const shop = await deployment(`dies-${moment}-${at}`);
  const { killedAt, result } = await killed(shop, at, moment);
  if (killedAt === undefined) {
    expect(ended(result)).toMatchObject({ code: 0 });
    return false;
  }
  expect({ ...result, at: killedAt }).toMatchObject({ signal: 'SIGKILL' });
  const journal = await readTasks(shop);
  const resumed = await elsewhere(shop, ['deploy', '--resume', '-o', 'ndjson']);
  // Before its journal had begun nothing had been written that could be resumed.
  const hadBegun = journal.size > 0 || !resumed.stderr.includes('there is no run');
  if (!hadBegun) expect(ended(await elsewhere(shop, ['deploy']))).toMatchObject({ code: 0 });
  else checkResumed(resumed, journal);
  expect({ at, moment, killedAt, end: await readEnd(cluster, shop.namespace) }).toMatchObject({ end });
  expect({ killedAt, jobs: jobs.get(shop.namespace)?.size }).toEqual({ killedAt, jobs: 1 });
  await expectUnlocked(shop);
  await cluster.kubectl(['delete', 'namespace', shop.namespace, '--wait=false']);
  return true;
}

function checkResumed(resumed: ProgramResult, journal: ReadonlyMap<string, JournalEntry>): void {
  expect(ended(resumed)).toMatchObject({ code: 0 });
  const events = parseRunEvents(resumed.stdout);
  expect(Object.keys(outcomes(events))).toEqual(['services.db', 'jobs.migrate', 'services.web']);
  const started = new Set(events.filter(({ type }) => type === 'task-started').map(({ task }) => task));
  for (const [task, { state }] of journal) {
    if (state === 'settled') expect({ task, isRedone: started.has(task) }).toEqual({ task, isRedone: false });
  }
  expect(resumed.stdout + resumed.stderr).not.toContain('planted-in-a-secret');
}

/** Tries the deaths at every write, some at a time, until the run ends before it dies; returns how many there were. */
async function tryAllDeaths(moment: Moment, end: readonly unknown[]): Promise<number> {
  let next = 1;
  let last = Infinity;
  const work = async (): Promise<void> => {
    for (let at = next++; at < last; at = next++)
      if (!(await tryDeath(at, moment, end))) last = Math.min(last, at);
  };
  await Promise.all([work(), work(), work()]);
  return last - 1;
}

test.each(['before', 'after'] as const)(
  'a run that is killed at any of its writes, %s the server has it, is finished by --resume elsewhere',
  async (moment) => {
    const whole = await deployment(`lives-${moment}`);
    expect(ended(await whole.run(['deploy']))).toMatchObject({ code: 0 });
    const end = await readEnd(cluster, whole.namespace);
    expect(end).toHaveLength(6);
    // The lease, the journal, the inventory, six objects, the progress, the receipt, the end, the release.
    expect(await tryAllDeaths(moment, end)).toBeGreaterThanOrEqual(14);
  },
  900_000,
);
