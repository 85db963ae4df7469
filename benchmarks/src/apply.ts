import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adminIdentity, createKubeClient, type ControlPlane } from '@flotilla/e2e';
import {
  applyUntilReady,
  bare,
  bareWithDryRun,
  flotilla,
  flotillaDirect,
  helm,
  kubectl,
  type Applier,
  type ApplyTarget,
} from './appliers.js';
import { layOutWork, type ApplyWork } from './apply-work.js';
import { withCluster } from './bench-cluster.js';
import { startDelayedServer } from './delayed-server.js';
import { measureInTurns, timeMs, type Contender } from './measure.js';
import { configMaps, deployments } from './objects.js';
import { sayProgress } from './progress.js';
import { ratioTable } from './table.js';

const objectCount = 1_000;
const deploymentCount = 200;
const roundTripsMs = [0, 20];

/**
 * What can be asked for by name: `npm run bench -- apply created ready`. helm's Deployments take more than three
 * minutes by themselves, so they are measured only when they are named.
 */
export const applyRows = ['created', 'changed', 'unchanged', 'ready', 'ready-helm'] as const;
type ApplyRow = (typeof applyRows)[number];

/** The two versions of the ConfigMaps, and the Deployments. */
interface Works {
  readonly first: ApplyWork;
  readonly second: ApplyWork;
  readonly ready: ApplyWork;
}

interface Bench {
  readonly target: ApplyTarget;
  readonly works: Works;
  /** What each namespace holds; a namespace that is not known does not exist. */
  readonly holds: Map<string, ApplyWork>;
  readonly rounds: number;
}

/**
 * 1,000 ConfigMaps (created, changed, unchanged) at 0 and 20 ms round-trip time, and 200 Deployments (until all are
 * ready), against one real API server, in turns, each contender and round in a namespace of its own. Each table is told
 * as soon as it is there.
 */
export async function benchApply(
  rounds = 3,
  asked: readonly string[] = [],
  tell: (table: string) => void = () => undefined,
): Promise<undefined> {
  const rows = applyRows.filter((row) => (asked.length === 0 ? row !== 'ready-helm' : asked.includes(row)));
  await withCluster({ audit: false }, async (cluster, folder) => {
    const works = {
      first: await layOutWork(join(folder, 'first'), configMaps(objectCount, 1)),
      second: await layOutWork(join(folder, 'second'), configMaps(objectCount, 2)),
      ready: await layOutWork(join(folder, 'ready'), deployments(deploymentCount)),
    };
    for (const roundTripMs of roundTripsMs) {
      const away = await startDelayedServer(cluster.server, roundTripMs);
      const target = await connect(cluster, {
        roundTripMs,
        server: roundTripMs === 0 ? cluster.server : away.server,
        kubeconfig: join(folder, 'kubeconfig.json'),
      });
      const bench = { target, works, holds: new Map<string, ApplyWork>(), rounds };
      for (const row of rows.filter((each) => roundTripMs === 0 || !isAboutReadiness(each)))
        tell(`${await benchRow(row, bench)}\n`);
      target.client.close();
      await away.close();
    }
  });
}

async function connect(
  cluster: ControlPlane,
  {
    server,
    kubeconfig,
    roundTripMs,
  }: Pick<ApplyTarget, 'kubeconfig' | 'roundTripMs'> & { readonly server: string },
): Promise<ApplyTarget> {
  const text = await readFile(cluster.kubeconfig.admin, 'utf8');
  await writeFile(kubeconfig, text.replace(cluster.server, server));
  const { authority, identity } = await adminIdentity(cluster);
  const client = createKubeClient({ server, authority, ...identity });
  return { cluster, roundTripMs, kubeconfig, client };
}

function isAboutReadiness(row: ApplyRow): boolean {
  return row === 'ready' || row === 'ready-helm';
}

async function benchRow(row: ApplyRow, bench: Bench): Promise<string> {
  const { roundTripMs } = bench.target;
  const what = isAboutReadiness(row)
    ? `${deploymentCount} Deployments, until ready`
    : `${objectCount.toLocaleString('en')} ConfigMaps, ${row}, ${roundTripMs} ms`;
  sayProgress(what);
  const contenders = participants(row, roundTripMs).map(([applier, mostRounds]) =>
    contender(row, applier, { ...bench, ...(mostRounds !== undefined && { mostRounds }) }),
  );
  const rows = await measureInTurns(contenders, bench.rounds);
  return ratioTable(what, rows, (row === 'unchanged' ? kubectl : bare).name);
}

/** Who is measured, and how often at most: helm, and at a distance kubectl, take as long as all others together. */
function participants(row: ApplyRow, roundTripMs: number): readonly (readonly [Applier, number?])[] {
  const isFar = roundTripMs > 0;
  if (row === 'ready-helm') return [[bare], [flotilla], [helm, 1]];
  const ours: readonly (readonly [Applier])[] =
    row === 'unchanged'
      ? [[bare], [flotilla], [flotillaDirect]]
      : [[bare], [bareWithDryRun], [flotilla], [flotillaDirect]];
  if (isFar && row === 'changed') return ours;
  if (isFar && row === 'unchanged') return [...ours, [kubectl, 1]];
  if (row === 'ready') return [...ours, [kubectl]];
  return [...ours, isFar ? [kubectl, 1] : [kubectl], [helm, 1]];
}

function contender(
  row: ApplyRow,
  applier: Applier,
  { target, works, holds, mostRounds }: Bench & { readonly mostRounds?: number },
): Contender {
  const kind = isAboutReadiness(row) ? row : 'maps';
  return {
    name: applier.name,
    ...(mostRounds !== undefined && { mostRounds }),
    measure: async (round) => {
      const namespace = `${kind}-${target.roundTripMs}-${applier.id}-${round}`;
      if (!holds.has(namespace)) await target.cluster.kubectl(['create', 'namespace', namespace]);
      const begins = row === 'changed' || row === 'unchanged';
      if (begins && !holds.has(namespace)) await applier.apply(works.first, namespace, target);
      const work = workOf(row, { works, held: holds.get(namespace) });
      holds.set(namespace, work);
      return timeMs(() =>
        isAboutReadiness(row)
          ? applyUntilReady(applier, work, { namespace, target })
          : applier.apply(work, namespace, target),
      );
    },
  };
}

function workOf(
  row: ApplyRow,
  { works, held = works.first }: { readonly works: Works; readonly held: ApplyWork | undefined },
): ApplyWork {
  switch (row) {
    case 'created':
      return works.first;
    case 'changed':
      return works.second;
    case 'unchanged':
      return held;
    case 'ready':
    case 'ready-helm':
      return works.ready;
  }
}
