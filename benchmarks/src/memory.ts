import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { layOutWork } from './apply-work.js';
import { withCluster } from './bench-cluster.js';
import { configMaps, deployments } from './objects.js';
import { cliPath, runNode } from './programs.js';
import { sayProgress } from './progress.js';
import { table } from './table.js';

const shapes = [
  { configMaps: 900, deployments: 100, replicas: 10 },
  { configMaps: 0, deployments: 1_000, replicas: 1 },
];
/** Loaded before the command, writes down the most memory that its process has held. */
const reporter = pathToFileURL(new URL('./report-memory.js', import.meta.url).pathname).href;

/** The most memory (RSS) that a run of 1,000 objects with 1,000 pods holds, from nothing to all ready, and again unchanged. */
export async function benchMemory(rounds = 1): Promise<string> {
  return withCluster({ audit: false, nodes: { nodes: 12 } }, async (cluster, folder) => {
    const rows: string[][] = [];
    for (const [index, shape] of shapes.entries()) {
      const objects = [...configMaps(shape.configMaps, 1), ...deployments(shape.deployments, shape.replicas)];
      const { file } = await layOutWork(join(folder, `shape-${index}`), objects);
      for (let round = 0; round < rounds; round += 1) {
        const namespace = `memory-${index}-${round}`;
        await cluster.kubectl(['create', 'namespace', namespace]);
        const measure = () => peakOf(file, { namespace, kubeconfig: cluster.kubeconfig.admin, folder });
        const what = `${shape.configMaps} ConfigMaps, ${shape.deployments} Deployments of ${shape.replicas}`;
        const row = [what, `${await measure()} MB`, `${await measure()} MB`];
        rows.push(row);
        sayProgress(row.join(': '));
        await cluster.kubectl(['delete', 'namespace', namespace]);
      }
    }
    return table(['memory (RSS) at most', 'created', 'unchanged'], rows);
  });
}

/** In MB, of 10^6 bytes. */
async function peakOf(
  file: string,
  where: { readonly namespace: string; readonly kubeconfig: string; readonly folder: string },
): Promise<number> {
  const report = join(where.folder, 'memory');
  const args = ['deploy', '-f', file, '-n', where.namespace, '--kubeconfig', where.kubeconfig, '-q'];
  await runNode(['--import', reporter, cliPath, ...args], { FLOTILLA_BENCH_MEMORY: report });
  return Math.round(Number(await readFile(report, 'utf8')) / 1e6);
}
