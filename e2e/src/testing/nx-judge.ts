import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.js';
import { JudgedApp } from './judged-app.js';
import { layOutNxWorkspace, nxVersions, type NxWorkspace } from './nx-workspace.js';
import { packPackages, type PackedPackages } from './packed.js';

/** What `nx.md` judges with: the packed tarballs, and control planes on which projects are deployed again and again. */
export interface NxJudge {
  /** Goes with the suite. */
  readonly folder: string;
  readonly clusters: readonly ControlPlane[];
  /** A workspace of an Nx version with one project, `app`, and namespaces for it on every cluster. */
  prepare(version: string): Promise<JudgedApp>;
  close(): Promise<void>;
}

/** What the tests of one Nx version work with. */
export interface JudgedNx {
  readonly version: string;
  /** There from the first hook of its tests to the last of them; throws outside of that. */
  readonly app: JudgedApp;
}

/** What a suite that judges Nx works with. */
export interface NxJudgeSuite {
  /** There from the first hook of the suite to its last test; throws outside of that. */
  readonly judge: NxJudge;
  /** Describes the same tests for every Nx version that we promise, each on a workspace of its own. */
  readonly forEachNx: (describeTests: (judged: JudgedNx) => void) => void;
}

/** To be called at the top of a suite: opens a judge before its tests, and closes it after them. */
export function useNxJudge(clusterCount = 1): NxJudgeSuite {
  let opened: NxJudge | undefined;

  beforeAll(async () => {
    opened = await openNxJudge(clusterCount);
  });

  afterAll(async () => {
    await opened?.close();
  });

  const judge = () => opened ?? outside('judge');
  return {
    get judge() {
      return judge();
    },
    forEachNx(describeTests) {
      describe.each(nxVersions)('Nx %s', (version) => {
        let prepared: JudgedApp | undefined;

        beforeAll(async () => {
          prepared = await judge().prepare(version);
        });

        afterAll(async () => {
          await prepared?.remove();
        });

        describeTests({
          version,
          get app() {
            return prepared ?? outside('app');
          },
        });
      });
    },
  };
}

function outside(what: string): never {
  throw new Error(`Bug: the ${what} is used outside of the tests.`);
}

/** Packs our packages and starts control planes with audit logs. */
async function openNxJudge(clusterCount: number): Promise<NxJudge> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-nx-judge-'));
  const starting = Array.from({ length: clusterCount }, () =>
    startControlPlane({ nodes: { startMs: 50, readyMs: 50 } }),
  );
  const [packed, ...clusters] = await Promise.all([packPackages(folder), ...starting]);
  return {
    folder,
    clusters,
    prepare: (version) => prepare(version, { folder, packed, clusters }),
    close: async () => {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
      await rm(folder, { recursive: true });
    },
  };
}

interface Prepared {
  readonly folder: string;
  readonly packed: PackedPackages;
  readonly clusters: readonly ControlPlane[];
}

async function prepare(version: string, { folder, packed, clusters }: Prepared): Promise<JudgedApp> {
  const namespace = `nx-${version.replaceAll('.', '-')}`;
  for (const cluster of clusters)
    for (const name of [namespace, `${namespace}-staging`])
      await cluster.kubectl(['create', 'namespace', name]);
  const kubeconfig = join(folder, `kubeconfig-${version}`);
  await copyFile(clusters[0]!.kubeconfig.admin, kubeconfig);
  const workspace = await layOut(version, packed, namespace);
  return new JudgedApp({ workspace, namespace, kubeconfig, cluster: clusters[0]! });
}

async function layOut(version: string, packed: PackedPackages, namespace: string): Promise<NxWorkspace> {
  const environments = { staging: { namespace: `${namespace}-staging` } };
  const nx = {
    neverConnectToCloud: true,
    analytics: false,
    plugins: [{ plugin: '@flotilla/nx-plugin', options: { environments } }],
  };
  const app = Object.entries(JudgedApp.files(namespace)).map(
    ([path, text]) => [`apps/app/${path}`, text] as const,
  );
  return layOutNxWorkspace(version, packed, {
    'nx.json': JSON.stringify(nx),
    'apps/app/project.json': JSON.stringify({ name: 'app' }),
    ...Object.fromEntries(app),
  });
}
