import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.js';
import { JudgedApp } from './judged-app.js';
import { layOutNxWorkspace, type NxWorkspace } from './nx-workspace.js';
import { packPackages, type PackedPackages } from './packed.js';

/** What `nx.md` judges with: the packed tarballs, and control planes on which projects are deployed again and again. */
export interface NxJudge {
  /** Removed by `close`. */
  readonly folder: string;
  readonly clusters: readonly ControlPlane[];
  /** A workspace of an Nx version with one project, `app`, and namespaces for it on every cluster. */
  prepare(version: string): Promise<JudgedApp>;
  close(): Promise<void>;
}

/** Packs our packages and starts control planes with audit logs; the caller closes it. */
export async function openNxJudge(clusterCount = 1): Promise<NxJudge> {
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
