import { rm } from 'node:fs/promises';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import type { ProgramResult } from './control-plane/run-program.js';
import { createDeployment, type Deployment } from './testing/deployment.js';
import { flotilla } from './testing/flotilla.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';

let cluster: ControlPlane;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await startControlPlane({ audit: false });
});

afterAll(async () => {
  await cluster.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
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

async function deployment(namespace: string): Promise<Deployment> {
  await cluster.kubectl(['create', 'namespace', namespace]);
  const made = await createDeployment(cluster, namespace, files);
  folders.push(made.folder);
  return made;
}

interface Holding {
  /** Resolves once the run waits for the service that is never ready. */
  readonly waits: Promise<void>;
  readonly ended: Promise<ProgramResult>;
}

/** A run that holds the lock, started from a CI job. */
function hold(shop: Deployment): Holding {
  let tell: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const args = ['deploy', '-o', 'ndjson', '-n', shop.namespace, '--kubeconfig', cluster.kubeconfig.admin];
  const ended = flotilla(args, {
    cwd: shop.folder,
    env: { GITHUB_ACTOR: 'ann', CI_JOB_URL: 'https://ci.example/jobs/7', CI_COMMIT_SHA: 'c0ffee' },
    onOutput: (stdout) => {
      if (/"task":"services.slow","phase":"wait"/.test(stdout)) tell();
    },
  });
  return { waits, ended };
}

/** The exit code with all that was said, so that a failing test shows why. */
const ended = ({ code, stdout, stderr }: ProgramResult) => ({ code, said: stdout + stderr });

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
  expect(await shop.kubectl(['get', 'lease', '-o', 'name'])).toBe('');
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
  expect(await shop.kubectl(['get', 'lease', '-o', 'name'])).toBe('');
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
