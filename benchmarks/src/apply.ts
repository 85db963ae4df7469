import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adminIdentity,
  createKubeClient,
  findBinaries,
  helmModule,
  kubernetesModule,
  runProgram,
  startControlPlane,
  type ControlPlane,
  type KubeClient,
} from '@flotilla/e2e';
import { applyBare, awaitAvailable } from './bare-client.js';
import { startDelayedServer } from './delayed-server.js';
import { measureInTurns, timeMs, type Contender, type Row } from './measure.js';
import { configMaps, deployments, type BenchObject } from './objects.js';
import { runFlotilla } from './programs.js';
import { ratioTable } from './table.js';

/** The bare client: what everything else is divided by. */
const bare = 'bare client';

interface Bench {
  readonly cluster: ControlPlane;
  /** Holds what is applied: `flotilla.yaml`, `manifests/all.json`, and the same as a chart. */
  readonly folder: string;
  /** Where all contenders send their requests. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
}

const objectCount = 1_000;
const roundTripsMs = [0, 20];

/**
 * 1,000 ConfigMaps (created, changed, unchanged) at 0 and 20 ms round-trip time, and 200 Deployments (until all are
 * ready), against one real API server, in turns, each round in a new namespace.
 */
export async function benchApply(rounds = 3): Promise<string> {
  const cluster = await startControlPlane({ audit: false });
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-apply-'));
  try {
    await layOut(folder);
    const tables: string[] = [];
    for (const roundTripMs of roundTripsMs) {
      const away = await startDelayedServer(cluster.server, roundTripMs);
      const bench = await connect(cluster, folder, roundTripMs === 0 ? cluster.server : away.server);
      for (const [what, rows] of await benchConfigMaps(bench, rounds))
        tables.push(ratioTable(`${what}, ${roundTripMs} ms`, rows, bare));
      bench.client.close();
      await away.close();
    }
    const bench = await connect(cluster, folder, cluster.server);
    tables.push(ratioTable('200 Deployments, until ready', await benchDeployments(bench, rounds), bare));
    bench.client.close();
    return tables.join('\n\n');
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true });
  }
}

async function layOut(folder: string): Promise<void> {
  await mkdir(join(folder, 'manifests'));
  await mkdir(join(folder, 'chart', 'templates'), { recursive: true });
  await writeFile(
    join(folder, 'flotilla.yaml'),
    'name: bench\nservices:\n  - name: objects\n    manifests: [manifests/all.json]\n',
  );
  await writeFile(join(folder, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n');
}

async function connect(cluster: ControlPlane, folder: string, server: string): Promise<Bench> {
  const kubeconfig = join(folder, 'kubeconfig.json');
  const text = await readFile(cluster.kubeconfig.admin, 'utf8');
  await writeFile(kubeconfig, text.replace(cluster.server, server));
  const { authority, identity } = await adminIdentity(cluster);
  return { cluster, folder, kubeconfig, client: createKubeClient({ server, authority, ...identity }) };
}

async function benchConfigMaps(bench: Bench, rounds: number): Promise<(readonly [string, readonly Row[]])[]> {
  const results: (readonly [string, readonly Row[]])[] = [];
  for (const [phase, version, what] of [
    ['created', 1, '1,000 ConfigMaps, created'],
    ['changed', 2, '1,000 ConfigMaps, changed'],
    ['unchanged', 2, '1,000 ConfigMaps, unchanged'],
  ] as const) {
    const objects = configMaps(objectCount, version);
    await writeObjects(bench, objects);
    const prepare = phase === 'created' ? createNamespace : () => Promise.resolve();
    results.push([
      what,
      await measureInTurns(
        contenders(bench, { objects, prepare, id: `config-${new URL(bench.client.server).port}` }),
        rounds,
      ),
    ]);
  }
  return results;
}

async function benchDeployments(bench: Bench, rounds: number): Promise<readonly Row[]> {
  const objects = deployments(200);
  await writeObjects(bench, objects);
  const settle = (namespace: string) => awaitAvailable(bench.cluster.client, namespace, objects.length);
  return measureInTurns(
    contenders(bench, { objects, prepare: createNamespace, settle, id: 'ready' }),
    rounds,
  );
}

interface Work {
  readonly objects: readonly BenchObject[];
  readonly id: string;
  readonly prepare: (bench: Bench, namespace: string) => Promise<void>;
  /** What those who only apply still have to wait for. */
  readonly settle?: (namespace: string) => Promise<void>;
}

function contenders(bench: Bench, work: Work): readonly Contender[] {
  const { folder, kubeconfig, client } = bench;
  const manifests = join(folder, 'manifests', 'all.json');
  const deploy = ['deploy', '-f', join(folder, 'flotilla.yaml'), '--kubeconfig', kubeconfig, '-q'];
  const contender = (
    name: string,
    id: string,
    apply: (namespace: string) => Promise<unknown>,
  ): Contender => ({
    name,
    measure: async (round) => {
      const namespace = `${work.id}-${id}-${round}`;
      await work.prepare(bench, namespace);
      return timeMs(() => apply(namespace));
    },
  });
  return [
    contender(bare, 'bare', async (namespace) => {
      await Promise.all([applyBare(client, work.objects, namespace), work.settle?.(namespace)]);
    }),
    contender('flotilla deploy', 'flotilla', (namespace) => runFlotilla([...deploy, '-n', namespace])),
    contender('flotilla deploy --no-preflight', 'flotilla-direct', (namespace) =>
      runFlotilla([...deploy, '--no-preflight', '-n', namespace]),
    ),
    contender('kubectl apply --server-side', 'kubectl', async (namespace) => {
      await Promise.all([
        kubectl(bench, ['apply', '--server-side', '-f', manifests, '-n', namespace]),
        work.settle?.(namespace),
      ]);
    }),
    contender('helm upgrade --install --wait', 'helm', (namespace) => helm(bench, namespace)),
  ];
}

async function writeObjects({ folder }: Bench, items: readonly BenchObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items };
  await writeFile(join(folder, 'manifests', 'all.json'), JSON.stringify(list));
  const documents = items.map((item) => JSON.stringify(item)).join('\n---\n');
  await writeFile(join(folder, 'chart', 'templates', 'all.yaml'), documents);
}

async function createNamespace(bench: Bench, namespace: string): Promise<void> {
  await kubectl(bench, ['create', 'namespace', namespace]);
}

async function kubectl({ kubeconfig }: Bench, args: readonly string[]): Promise<void> {
  const program = join(await findBinaries(kubernetesModule), 'kubectl');
  await succeed(program, [...args, '--kubeconfig', kubeconfig]);
}

async function helm({ folder, kubeconfig }: Bench, namespace: string): Promise<void> {
  const program = join(await findBinaries(helmModule), 'helm');
  const release = ['upgrade', '--install', 'bench', join(folder, 'chart'), '-n', namespace];
  await succeed(program, [...release, '--wait', '--kubeconfig', kubeconfig]);
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args, { timeoutMs: 20 * 60_000 });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
