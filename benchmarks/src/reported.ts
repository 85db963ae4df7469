import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, type ControlPlane } from '@flotilla/e2e';
import { withCluster } from './bench-cluster.js';
import { cliPath } from './programs.js';
import { sayProgress } from './progress.js';
import { noteSettled } from './settled-tasks.js';
import { delayTable } from './table.js';

const servicesOfEach = 10;
const graceMs = 3_000;
/** Restarts without which a crash is no crash loop (docs/failures.md). */
const crashLoopRestarts = 3;

/**
 * From the end of the grace time, counted on a bare watch, to the line on Flotilla's standard output that says that the
 * task has failed: ten Deployments whose container crashes again and again, and ten whose image is not there.
 */
export async function benchReported(rounds = 2): Promise<string> {
  // Restarts come quickly, so that grace times are what is waited for.
  return withCluster({ audit: false, nodes: { backOffMs: 300 } }, async (cluster, folder) => {
    const delays = new Map<string, number[]>(kinds.map(({ id }) => [id, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, delay] of await measureRound(cluster, folder, `reported-${round}`))
        delays.get(name.replace(/-\d+$/, ''))?.push(delay);
      sayProgress(`round ${round + 1} of ${rounds}`);
    }
    return delayTable(kinds.map(({ id, what }) => [what, delays.get(id) ?? []]));
  });
}

const kinds = [
  { id: 'crash', what: 'crash loop, end of its grace time → reported', image: 'nginx' },
  {
    id: 'image',
    what: 'image not found, end of its grace time → reported',
    image: 'registry.example/gone:1',
  },
] as const;

/** The delay of each service in milliseconds. */
async function measureRound(
  cluster: ControlPlane,
  folder: string,
  namespace: string,
): Promise<readonly (readonly [string, number])[]> {
  await writeFiles(folder);
  await cluster.kubectl(['create', 'namespace', namespace]);
  const dueAt = new Map<string, number>();
  const settledAt = new Map<string, number>();
  const end = new AbortController();
  const watching = watchTrouble(cluster, namespace, { end: end.signal, dueAt });
  const where = [
    '-f',
    join(folder, 'flotilla.yaml'),
    '--kubeconfig',
    cluster.kubeconfig.admin,
    '-n',
    namespace,
  ];
  const grace = ['--grace', `crash-loop=${graceMs}ms,image-not-found=${graceMs}ms`];
  const ended = await runProgram(process.execPath, [cliPath, 'deploy', '-o', 'ndjson', ...grace, ...where], {
    onOutput: (stdout) => {
      noteSettled(stdout, settledAt);
    },
  });
  end.abort();
  await watching;
  if (settledAt.size !== servicesOfEach * kinds.length || ended.code === 0) throw new Error(ended.stderr);
  return [...settledAt].map(([name, at]) => [name, at - (dueAt.get(name) ?? NaN)]);
}

interface WatchedPod {
  readonly object: {
    readonly metadata: { readonly labels: { readonly app: string } };
    readonly status: {
      readonly containerStatuses?: readonly {
        readonly restartCount: number;
        readonly state: { readonly waiting?: { readonly reason: string } };
      }[];
    };
  };
}

/** Notes when each service's failure is due: its grace time after the first sign, and not before there are enough restarts. */
async function watchTrouble(
  cluster: ControlPlane,
  namespace: string,
  { end, dueAt }: { readonly end: AbortSignal; readonly dueAt: Map<string, number> },
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods?watch=1&timeoutSeconds=600`;
  const enough = new Set<string>();
  const onLine = (line: string) => {
    const { metadata, status } = (JSON.parse(line) as WatchedPod).object;
    const { app } = metadata.labels;
    const [container] = status.containerStatuses ?? [];
    if (container === undefined) return;
    const now = performance.now();
    const reason = container.state.waiting?.reason ?? '';
    const isSign =
      container.restartCount > 0 || ['CrashLoopBackOff', 'ErrImagePull', 'ImagePullBackOff'].includes(reason);
    if (isSign && !dueAt.has(app)) dueAt.set(app, now + graceMs);
    if (container.restartCount < crashLoopRestarts || enough.has(app)) return;
    enough.add(app);
    dueAt.set(app, Math.max(now, dueAt.get(app) ?? now));
  };
  await cluster.client.lines(path, onLine, end).catch((error: unknown) => {
    if (!end.aborted) throw error;
  });
}

async function writeFiles(folder: string): Promise<void> {
  const names: string[] = [];
  for (const { id, image } of kinds) {
    for (let index = 0; index < servicesOfEach; index += 1) {
      const name = `${id}-${index}`;
      names.push(name);
      await writeFile(join(folder, `${name}.yaml`), deployment(name, image));
    }
  }
  const entries = names.map((name) => `  - name: ${name}\n    manifests: [${name}.yaml]\n`);
  await writeFile(join(folder, 'flotilla.yaml'), `name: reported\nservices:\n${entries.join('')}`);
}

function deployment(name: string, image: string): string {
  const mode = name.startsWith('crash') ? 'crash-loop' : 'image-pull';
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}, annotations: {lab.fake/mode: ${mode}}}
    spec: {containers: [{name: c, image: ${image}}]}
`;
}
