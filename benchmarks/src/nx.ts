import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  layOutNxWorkspace,
  packPackages,
  startControlPlane,
  type ControlPlane,
  type NxWorkspace,
} from '@flotilla/e2e';
import { measureInTurns, timeMs } from './measure.js';
import { ratioTable } from './table.js';

const projectCount = 50;
const nxVersion = '23.2.1';
const namespace = 'bench-nx';

/** 50 projects of which nothing has changed: cached deploys with their proof, beside plain cached targets and deploys that are never cached. */
export async function benchNx(rounds = 5): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-nx-'));
  const cluster = await startControlPlane({ audit: false });
  try {
    await cluster.kubectl(['create', 'namespace', namespace]);
    const packed = await packPackages(folder);
    const workspace = await layOutNxWorkspace(nxVersion, packed, projectFiles());
    try {
      return await measure(workspace, cluster, rounds);
    } finally {
      await workspace.remove();
    }
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(workspace: NxWorkspace, cluster: ControlPlane, rounds: number): Promise<string> {
  const run = async (target: string) => {
    const args = ['run-many', '-t', target, '--parallel=8'];
    const { code, stdout } = await workspace.nx(args, { env: { KUBECONFIG: cluster.kubeconfig.admin } });
    if (code !== 0) throw new Error(`nx run-many -t ${target} failed:\n${stdout}`);
    return stdout;
  };
  const targets = ['plain', 'deploy', 'deploy-uncached'];
  // The first time everything runs.
  for (const target of targets) await run(target);
  const all = (await run('deploy')).match(/for (\d+) out of/)?.[1];
  if (all !== String(projectCount)) throw new Error(`${all ?? 'none'} of ${projectCount} deploys were hits`);
  const names: Readonly<Record<string, string>> = {
    plain: 'plain cached target',
    deploy: 'deploy, proved and cached',
    'deploy-uncached': 'deploy, never cached',
  };
  const rows = await measureInTurns(
    targets.map((target) => ({ name: names[target] ?? target, measure: () => timeMs(() => run(target)) })),
    rounds,
  );
  return ratioTable(`${projectCount} projects, nothing has changed`, rows, names['plain'] ?? '');
}

function projectFiles(): Readonly<Record<string, string>> {
  const plain = {
    executor: 'nx:run-commands',
    cache: true,
    inputs: ['{projectRoot}/flotilla.yaml'],
    options: { command: 'true' },
  };
  const projects = Array.from({ length: projectCount }, (_, at) => {
    const name = `p${String(at)}`;
    const uncached = {
      executor: '@flotilla/nx-plugin:deploy',
      options: { file: `apps/${name}/flotilla.yaml` },
    };
    return [
      [
        `apps/${name}/project.json`,
        JSON.stringify({ name, targets: { plain, 'deploy-uncached': uncached } }),
      ],
      [
        `apps/${name}/flotilla.yaml`,
        `name: ${name}\nnamespace: ${namespace}\nservices: [{name: ${name}, image: "app:1"}]\n`,
      ],
    ] as const;
  });
  const nx = { neverConnectToCloud: true, analytics: false, plugins: ['@flotilla/nx-plugin'] };
  return Object.fromEntries([['nx.json', JSON.stringify(nx)], ...projects.flat()]);
}
