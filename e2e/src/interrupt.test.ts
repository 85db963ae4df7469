import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { flotilla } from './testing/flotilla.js';
import { outcomes, parseRunEvents } from './testing/run-events.js';

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

let cluster: ControlPlane;
let folder: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  folder = await mkdtemp(join(tmpdir(), 'flotilla-interrupt-'));
  await writeFile(join(folder, 'flotilla.yaml'), file);
  await writeFile(join(folder, 'slow.json'), JSON.stringify(slow));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await cluster.stop();
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
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
  expect(performance.now() - signalledAt).toBeLessThan(15_000);
  const events = parseRunEvents(ended.stdout);
  expect(events.at(-1)).toMatchObject({ type: 'run-settled', outcome: 'cancelled', exitCode });
  expect(outcomes(events)).toEqual({ 'services.slow': 'cancelled', 'services.after': 'skipped' });
});
