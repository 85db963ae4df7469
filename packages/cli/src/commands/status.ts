import { systemClock, type LoadedPlan } from '@flotilla/core';
import { readStatus, type OpenedCluster, type TaskState, type TaskStatus } from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan, refuseWrong } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { RefusedError } from '../refusal.js';

export const status: Command = {
  name: 'status',
  summary: 'what is deployed, whether it is ready, what drifted',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', ...clusterFlags, 'output', 'param', 'env-id', 'strict'],
  outputs: ['text', 'json'],
  run: async (invocation) => {
    const loaded = loadPlan(invocation);
    const opened = await chooseCluster(invocation, loaded.file);
    try {
      await showStatus(invocation, loaded, opened);
      return 0;
    } finally {
      await opened.close();
    }
  },
};

async function showStatus(invocation: Invocation, loaded: LoadedPlan, opened: OpenedCluster): Promise<void> {
  const { cluster, namespace } = opened;
  const result = await readStatus({ ...loaded, cluster, namespace, clock: systemClock });
  if (!result.ok) {
    if ('diagnostics' in result) throw refuseWrong(invocation, result.diagnostics);
    throw new RefusedError(result.refusal);
  }
  const { tasks } = result;
  if (invocation.flags.value('output') === 'json') {
    const uid = await readClusterUid(opened);
    // Runs take no lock yet.
    printJson(invocation.ports, {
      deployment: loaded.plan.name,
      cluster: { uid, namespace },
      lock: null,
      tasks,
    });
  } else {
    invocation.ports.stdout.write(formatStatus(invocation, loaded, { namespace, tasks }));
  }
}

/** What tells clusters apart (nx.md): the UID of kube-system; null where it may not be read. */
async function readClusterUid({ cluster }: OpenedCluster): Promise<string | null> {
  const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  return found.ok ? (found.value?.metadata.uid ?? null) : null;
}

const marks: Readonly<Record<TaskState, string>> = {
  'in-sync': '✓',
  drifted: '~',
  missing: '✗',
  failed: '✗',
  'never-deployed': '·',
};

const colours: Readonly<Record<TaskState, number>> = {
  'in-sync': 32,
  drifted: 33,
  missing: 31,
  failed: 31,
  'never-deployed': 2,
};

function formatStatus(
  { flags, ports }: Invocation,
  { plan }: LoadedPlan,
  found: { readonly namespace: string; readonly tasks: readonly TaskStatus[] },
): string {
  const color = wantsColor(ports.stdout, flags, ports);
  const paint = (state: TaskState, text: string) =>
    color ? `\u001b[${colours[state]}m${text}\u001b[0m` : text;
  const width = Math.max(0, ...found.tasks.map(({ task }) => task.length));
  const lines = found.tasks.flatMap(({ task, state, since, fields }) => [
    `${paint(state, `${marks[state]} ${task.padEnd(width)}  ${state}`)}${since === null ? '' : `  since ${since}`}`,
    ...(fields ?? []).map((field) => `    ${field}`),
  ]);
  return `${[`${plan.name} in namespace ${found.namespace}`, ...lines].join('\n')}\n`;
}
