import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, type ControlPlane } from '@flotilla/e2e';
import { withCluster } from './bench-cluster.js';
import { cliPath } from './programs.js';
import { sayProgress } from './progress.js';
import { noteSettled } from './settled-tasks.js';
import { delayTable } from './table.js';

const services = 60;

/**
 * From the moment at which a bare watch tells that a Deployment is ready to the line on Flotilla's standard output
 * that says its task has settled. 60 Deployments become ready one after another, a tenth of a second apart, so that
 * the machine is not what is measured.
 */
export async function benchNoticed(rounds = 3): Promise<string> {
  return withCluster({ audit: false }, async (cluster, folder) => {
    const delays: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      delays.push(...(await measureRound(cluster, folder, `noticed-${round}`)));
      sayProgress(`round ${round + 1} of ${rounds}`);
    }
    return delayTable([[`${delays.length} Deployments, ready → settled`, delays]]);
  });
}

/** The delay of each task, in milliseconds; below 0 when the bare watch heard of it later than Flotilla. */
async function measureRound(cluster: ControlPlane, folder: string, namespace: string): Promise<number[]> {
  await writeFiles(folder);
  await cluster.kubectl(['create', 'namespace', namespace]);
  const readyAt = new Map<string, number>();
  const settledAt = new Map<string, number>();
  const end = new AbortController();
  const watching = watchReady(cluster, namespace, { end: end.signal, readyAt });
  const where = [
    '-f',
    join(folder, 'flotilla.yaml'),
    '--kubeconfig',
    cluster.kubeconfig.admin,
    '-n',
    namespace,
  ];
  const ended = await runProgram(process.execPath, [cliPath, 'deploy', '-o', 'ndjson', ...where], {
    onOutput: (stdout) => {
      noteSettled(stdout, settledAt);
    },
  });
  end.abort();
  await watching;
  if (ended.code !== 0) throw new Error(ended.stderr);
  return [...settledAt].map(([name, at]) => at - (readyAt.get(name) ?? NaN));
}

interface WatchedDeployment {
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] };
  };
}

async function watchReady(
  cluster: ControlPlane,
  namespace: string,
  { end, readyAt }: { readonly end: AbortSignal; readonly readyAt: Map<string, number> },
): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments?watch=1&timeoutSeconds=600`;
  const onLine = (line: string) => {
    const { metadata, status } = (JSON.parse(line) as WatchedDeployment).object;
    const rolledOut = status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true;
    if (rolledOut && !readyAt.has(metadata.name)) readyAt.set(metadata.name, performance.now());
  };
  await cluster.client.lines(path, onLine, end).catch((error: unknown) => {
    if (!end.aborted) throw error;
  });
}

async function writeFiles(folder: string): Promise<void> {
  const names = Array.from({ length: services }, (_, index) => `s${index}`);
  const manifests = names.map((name, index) => deployment(name, 1_500 + index * 100));
  await Promise.all(
    names.map((name, index) => writeFile(join(folder, `${name}.yaml`), manifests[index] ?? '')),
  );
  const entries = names.map((name) => `  - name: ${name}\n    manifests: [${name}.yaml]\n`);
  await writeFile(join(folder, 'flotilla.yaml'), `name: noticed\nservices:\n${entries.join('')}`);
}

function deployment(name: string, readyMs: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}, annotations: {lab.fake/ready-ms: '${readyMs}'}}
    spec: {containers: [{name: c, image: nginx}]}
`;
}
