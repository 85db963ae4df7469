import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '@flotilla/e2e';
import { applyBare, awaitAvailable } from './bare-client.js';
import { measureInTurns, timeMs, type Contender, type Row } from './measure.js';
import { configMaps, deployments, type BenchObject } from './objects.js';
import { runFlotilla } from './programs.js';
import { ratioTable } from './table.js';

/** The bare client: what everything else is divided by. */
const bare = 'bare client';

interface Bench {
  readonly cluster: ControlPlane;
  /** Holds what is applied: `flotilla.yaml` and `manifests/all.json`. */
  readonly folder: string;
}

/**
 * 500 ConfigMaps (created, changed, unchanged) and 200 Deployments (until all are ready) against one real API
 * server, in turns, each round in a new namespace.
 */
export async function benchApply(rounds = 3): Promise<string> {
  const cluster = await startControlPlane({ audit: false });
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-apply-'));
  try {
    const bench = { cluster, folder };
    await mkdir(join(folder, 'manifests'));
    await writeFile(
      join(folder, 'flotilla.yaml'),
      'name: bench\nservices:\n  - name: objects\n    manifests: [manifests/all.json]\n',
    );
    const phases = await benchConfigMaps(bench, rounds);
    const ready = await benchDeployments(bench, rounds);
    const tables = [...phases, ['200 Deployments, until ready', ready] as const].map(([what, rows]) =>
      ratioTable(what, rows, bare),
    );
    return tables.join('\n\n');
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true });
  }
}

async function benchConfigMaps(bench: Bench, rounds: number): Promise<(readonly [string, readonly Row[]])[]> {
  const results: (readonly [string, readonly Row[]])[] = [];
  for (const [phase, version, what] of [
    ['created', 1, '500 ConfigMaps, created'],
    ['changed', 2, '500 ConfigMaps, changed'],
    ['unchanged', 2, '500 ConfigMaps, unchanged'],
  ] as const) {
    const objects = configMaps(500, version);
    await writeObjects(bench, objects);
    const prepare = phase === 'created' ? createNamespace : () => Promise.resolve();
    results.push([what, await measureInTurns(contenders(bench, { objects, prepare, id: 'config' }), rounds)]);
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
  const { cluster, folder } = bench;
  const manifests = join(folder, 'manifests', 'all.json');
  const deploy = [
    'deploy',
    '-f',
    join(folder, 'flotilla.yaml'),
    '--kubeconfig',
    cluster.kubeconfig.admin,
    '-q',
  ];
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
      await Promise.all([applyBare(cluster.client, work.objects, namespace), work.settle?.(namespace)]);
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
  ];
}

async function writeObjects({ folder }: Bench, items: readonly BenchObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items };
  await writeFile(join(folder, 'manifests', 'all.json'), JSON.stringify(list));
}

async function createNamespace(bench: Bench, namespace: string): Promise<void> {
  await kubectl(bench, ['create', 'namespace', namespace]);
}

async function kubectl({ cluster }: Bench, args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
}
