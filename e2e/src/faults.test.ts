import { printFaultTable, type FaultRow } from './faults/fault-table.js';
import { byChance, isWatch, isWrite, type Fault, type FaultPlan } from './faults/fault.js';
import type { Exchange } from './faults/fault-proxy.js';
import { startProxyBefore, type ProxyBefore } from './faults/proxy-before.js';
import { findWrittenDifferently, findWrong, shopFiles } from './faults/shop.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment } = useControlPlane();
let proxy: ProxyBefore;
const rows: FaultRow[] = [];

beforeAll(async () => {
  proxy = await startProxyBefore(cluster);
});

afterAll(async () => {
  await proxy.close();
  process.stdout.write(`\n${printFaultTable(rows)}\n`);
});

/** Deploys the shop into a new namespace, through a proxy that does as planned. */
async function deploy(name: string, plan: FaultPlan, flags: readonly string[] = []) {
  const namespace = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50);
  const shop = await deployment(namespace, shopFiles('one'), proxy.kubeconfig);
  proxy.forget();
  // Nothing is known of a server that has never answered: nobody waits long for it, least of all on a slow machine.
  const hasAnswered = () => proxy.exchanges.some((each) => each.status !== undefined);
  proxy.plan = (request) => (hasAnswered() ? plan(request) : undefined);
  const ended = await shop.run(['deploy', '-o', 'ndjson', ...flags]);
  proxy.plan = () => undefined;
  const { exchanges } = proxy;
  process.stderr.write(
    `${name} ${String(ended.code)} ${String(Math.round(ended.durationMs))} ${String(exchanges.length)}\n`,
  );
  rows.push({ name, exchanges, exitCode: ended.code, durationMs: ended.durationMs });
  return { namespace, ended, exchanges };
}

type Deployed = Awaited<ReturnType<typeof deploy>>;

/** All went well in spite of it all, and faults there were. */
async function expectAsAsked({ namespace, ended, exchanges }: Deployed, faults = 1): Promise<void> {
  if (ended.code !== 0) throw new Error(`It ended with ${ended.code ?? 'a signal'}:\n${ended.stderr}`);
  expect(outcomes(parseRunEvents(ended.stdout))).toEqual({
    'jobs.migrate': 'succeeded',
    'services.settings': 'succeeded',
    'services.web': 'succeeded',
  });
  expect(await findWrong(cluster.client, namespace, 'one')).toEqual([]);
  expect(findWrittenDifferently(exchanges)).toEqual([]);
  expect(injectedIn(exchanges).length).toBeGreaterThanOrEqual(faults);
}

function injectedIn(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(({ fault }) => fault !== undefined);
}

const status = (code: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
  kind: 'status',
  code,
  ...more,
});

test('without a fault nothing is sent twice', async () => {
  const deployed = await deploy('no fault', () => undefined, ['--request-timeout', '300s']);
  await expectAsAsked(deployed, 0);
  const again = deployed.exchanges.filter((each) => each.count > 1 && !each.isWatch && each.method !== 'GET');
  expect(again.filter(({ path }) => /settings-|web-|migrate$/.test(path))).toEqual([]);
});

const passing: readonly (readonly [string, readonly Fault[]])[] = [
  ['429 with Retry-After', [status(429, { reason: 'TooManyRequests', retryAfterSeconds: 1 })]],
  [
    '500 with a passing reason',
    [status(500, { reason: 'ServerTimeout' }), status(500, { message: 'etcdserver: leader changed' })],
  ],
  ['502, 503, 504', [status(502, { html: true }), status(503), status(504, { reason: 'Timeout' })]],
  ['resets before the request is read', [{ kind: 'reset-before' }]],
  ['lost answers', [{ kind: 'reset-after' }]],
  ['answers cut in two', [{ kind: 'cut' }]],
  ['slow answers', [{ kind: 'slow', pieceMs: 100 }]],
];

test.each(passing)('%s: every object as asked, none written with two contents', async (name, faults) => {
  await expectAsAsked(await deploy(name, byChance({ seed: name, share: 0.2, faults })), 10);
});

test('silent connections, before and after the server has heard: given up after --request-timeout', async () => {
  const faults: readonly Fault[] = [
    { kind: 'half-open', reaches: false },
    { kind: 'half-open', reaches: true },
  ];
  const plan = byChance({ seed: 'silence', share: 0.1, faults, matches: (request) => !request.isWatch });
  await expectAsAsked(await deploy('half-open connections', plan, ['--request-timeout', '1s']), 5);
});

test('a storm of 429: fewer writes at a time, and more again when it is over', async () => {
  let refused = 0;
  const storm: FaultPlan = (request) => {
    if (!isWrite(request) || !request.path.includes('/settings-')) return undefined;
    // A server that has been overrun is slow for a while: so that writes meet, however fast the machine is.
    if (refused >= 80) return { kind: 'slow', pieceMs: 100 };
    refused += 1;
    return status(429, { reason: 'TooManyRequests' });
  };
  const deployed = await deploy('storm of 429', storm, ['--no-preflight']);
  await expectAsAsked(deployed, 80);
  const writes = deployed.exchanges.filter(({ path }) => path.includes('/settings-'));
  const last = writes.findLastIndex(({ fault }) => fault === 'status');
  const during = writes.slice(last - 5, last).map(({ writesInFlight }) => writesInFlight);
  const after = writes.slice(last + 1).map(({ writesInFlight }) => writesInFlight);
  expect(Math.max(...during)).toBeLessThanOrEqual(3);
  expect(Math.max(...after)).toBeGreaterThan(3);
});

const broken: readonly (readonly [string, readonly Fault[]])[] = [
  [
    'watches cut in the middle of a line',
    [
      { kind: 'watch-cut', afterLines: 1 },
      { kind: 'watch-cut', afterLines: 3 },
    ],
  ],
  ['watches whose version is gone, as an event', [{ kind: 'watch-gone', afterLines: 2 }]],
  ['watches whose version is gone, as a status', [status(410, { reason: 'Expired' })]],
  [
    'watches refused: 500, 429',
    [status(500, { reason: 'InternalError' }), status(429, { retryAfterSeconds: 1 })],
  ],
  [
    'watches that may not begin with what exists',
    [status(422, { reason: 'Invalid', message: 'sendInitialEvents is forbidden for watch' })],
  ],
  ['watches forbidden', [status(403, { reason: 'Forbidden' })]],
  ['watches without bookmarks', [{ kind: 'no-bookmarks' }]],
];

test.each(broken)('%s: the run sees all the same', async (name, faults) => {
  const mostInARow = name.includes('begin') || name.includes('forbidden') ? Infinity : 3;
  const matches: typeof isWatch = (request) =>
    isWatch(request) && (!name.includes('begin') || request.query.has('sendInitialEvents'));
  await expectAsAsked(await deploy(name, byChance({ seed: name, share: 1, faults, matches, mostInARow })));
});

test('a 500 without a reason is an answer: the task fails with it, the others go on', async () => {
  const plan: FaultPlan = ({ method, path, isDryRun }) =>
    method === 'PATCH' && !isDryRun && path.endsWith('/settings-7')
      ? status(500, { reason: 'InternalError', message: 'boom' })
      : undefined;
  const { ended, exchanges } = await deploy('500 without a reason', plan);
  expect(ended.code).toBe(2);
  const events = parseRunEvents(ended.stdout);
  expect(outcomes(events)).toEqual({
    'jobs.migrate': 'succeeded',
    'services.settings': 'failed',
    'services.web': 'succeeded',
  });
  const settled = events.find(({ type, task }) => type === 'task-settled' && task === 'services.settings');
  expect(settled?.reason).toMatch(/settings-7.*boom/);
  expect(injectedIn(exchanges)).toHaveLength(1);
});

test.each(['a', 'b', 'c'])('all of it at once, seed %s', async (seed) => {
  const faults = [
    ...passing.flatMap(([, each]) => each),
    { kind: 'watch-cut', afterLines: 2 } as const,
    { kind: 'watch-gone', afterLines: 3 } as const,
  ];
  await expectAsAsked(await deploy(`everything ${seed}`, byChance({ seed, share: 0.3, faults })), 20);
});

test('the API server is killed and started again in the middle of a deploy', async () => {
  let restarted: Promise<void> | undefined;
  const killing: FaultPlan = ({ path, isDryRun }) => {
    if (!isDryRun && path.includes('/settings-30')) restarted ??= cluster.restartApiServer();
    return undefined;
  };
  const deployed = await deploy('API server killed and restarted', killing);
  await restarted;
  expect(restarted).toBeDefined();
  await expectAsAsked(deployed, 0);
});
