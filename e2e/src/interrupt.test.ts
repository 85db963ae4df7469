import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './control-plane/run-program.js';
import { flotilla } from './testing/flotilla.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';
import { useControlPlane } from './testing/use-control-plane.js';

// The second step waits for ever for the first, whose pod never becomes ready.
const file = `name: patience
services:
  - name: slow
    manifests: [slow.json]
  - name: after
    image: nginx:1.29
workflows:
  - name: setup
    order_from: [services.slow, services.after]
`;

const slow = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'slow' },
  spec: {
    selector: { matchLabels: { app: 'slow' } },
    template: {
      metadata: { labels: { app: 'slow' }, annotations: { 'lab.fake/mode': 'never-ready' } },
      spec: { containers: [{ name: 'c', image: 'nginx:1.29' }] },
    },
  },
};

const { cluster, temporaryFolder } = useControlPlane();
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'flotilla.yaml'), file);
  await writeFile(join(folder, 'slow.json'), JSON.stringify(slow));
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s while a task waits ends the run in time with exit code %d', async (signal, exitCode) => {
  let signalledAt = 0;
  const args = ['deploy', '-o', 'ndjson', '--kubeconfig', cluster.kubeconfig.admin];
  const ended = await flotilla(args, {
    cwd: folder,
    onOutput: (stdout, _stderr, kill) => {
      if (signalledAt > 0 || !/"type":"task-progressed".*"phase":"wait"/.test(stdout)) return;
      signalledAt = performance.now();
      kill(signal);
    },
  });
  expect({ code: ended.code, signal: ended.signal, stderr: ended.stderr }).toMatchObject({
    code: exitCode,
    signal: null,
  });
  // Running writes get five seconds to answer; the rest is for slow machines.
  expect(performance.now() - signalledAt).toBeLessThan(60_000);
  const events = parseRunEvents(ended.stdout);
  expect(events.at(-1)).toMatchObject({ type: 'run-settled', outcome: 'cancelled', exitCode });
  expect(outcomes(events)).toEqual({ 'services.slow': 'cancelled', 'services.after': 'skipped' });
});

test('what was cut off is released, written down and resumed: nothing finished is done again', async () => {
  const lease = await cluster.kubectl(['get', 'lease', '-n', 'default', '-o', 'name']);
  expect(lease.stdout).toBe('');
  const journal = await cluster.kubectl(['get', 'configmap', 'flotilla-patience.journal', '-o', 'json']);
  const { data } = JSON.parse(journal.stdout) as { readonly data: Readonly<Record<string, string>> };
  expect(JSON.parse(data['end'] ?? '{}')).toMatchObject({ outcome: 'cancelled' });
  expect(JSON.parse(data['services.slow'] ?? '{}')).toMatchObject({ state: 'settled', outcome: 'cancelled' });
  let stopped = false;
  const args = ['deploy', '--resume', '-o', 'ndjson', '--kubeconfig', cluster.kubeconfig.admin];
  const ended = await flotilla(args, {
    cwd: folder,
    onOutput: (stdout, _stderr, kill) => {
      if (stopped || !/"type":"task-progressed".*"phase":"wait"/.test(stdout)) return;
      stopped = true;
      kill('SIGINT');
    },
  });
  expect(ended.stderr).toContain('which ended as cancelled');
  const [first] = parseRunEvents(ended.stdout);
  expect(first).toMatchObject({ type: 'run-started', part: 2 });
});

test('a signal while everything is still checked ends it with nothing written and no renderer left', async () => {
  const chart = join(folder, 'slow-chart');
  await mkdir(chart);
  await writeFile(join(folder, 'chart.yaml'), 'name: charted\ncharts: [{name: c, directory: slow-chart}]\n');
  // A renderer that never ends, as helm does when a repository hangs, with a child; both hold the pipe open.
  await writeFile(join(chart, 'helm'), '#!/bin/sh\nexec 3> alive\nsleep 600 &\nwait\n', { mode: 0o755 });
  await runProgram('mkfifo', [join(folder, 'alive')]);
  const alive = createReadStream(join(folder, 'alive')).resume();
  const left = once(alive, 'end');
  const ended = await flotilla(['deploy', '-f', 'chart.yaml', '--kubeconfig', cluster.kubeconfig.admin], {
    cwd: folder,
    env: { PATH: `${chart}:${process.env['PATH'] ?? ''}` },
    onStart: (kill) => {
      alive.once('open', () => {
        kill('SIGINT');
      });
    },
  });
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 130 });
  expect(ended.stderr).toContain('nothing was written');
  await left;
});
