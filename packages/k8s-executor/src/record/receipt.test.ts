import { createShelf } from '../testing/shelf-cluster.js';
import { readReceipt, writeReceipt, type Receipt, type TaskReceipt } from './receipt.js';

const place = { deployment: 'shop', namespace: 'shop' };
const digest = `sha256:${'f'.repeat(64)}`;

const task: TaskReceipt = {
  desired: digest,
  live: digest,
  outcome: 'succeeded',
  at: '2026-11-27T04:00:00.000Z',
  commit: 'c'.repeat(40),
  run: '20261127-0400-c0ffee',
  durationMs: 123_456,
  identity: digest,
};

test('the receipt of a thousand tasks fits into one ConfigMap (1 MiB), and is read as it was written', async () => {
  const cluster = createShelf().connect();
  const names = Array.from({ length: 1_000 }, (_, at) => `jobs.a-job-with-a-rather-long-name-${String(at)}`);
  const receipt: Receipt = {
    run: task.run,
    workflow: 'setup',
    outcome: 'succeeded',
    at: task.at,
    commit: task.commit,
    who: 'somebody@ci',
    plan: digest,
    clusterUid: '00000000-0000-0000-0000-000000000000',
    tokens: {},
    tasks: Object.fromEntries(names.map((name) => [name, task])),
  };
  expect(await writeReceipt(cluster, place, receipt)).toMatchObject({ ok: true });
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flotilla-shop.receipt' };
  const stored = await cluster.get(reference);
  expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(1024 * 1024);
  expect(await readReceipt(cluster, place)).toEqual({ ok: true, value: receipt });
});
