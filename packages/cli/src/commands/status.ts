import { systemClock, type LoadedPlan } from '@flotilla/core';
import {
  readClusterUid,
  readStatus,
  type OpenedCluster,
  type TaskState,
  type TaskStatus,
} from '@flotilla/k8s-executor';
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
  const { tasks, foreign } = result;
  if (invocation.flags.value('output') === 'json') {
    const uid = await readClusterUid(cluster);
    // Runs take no lock yet.
    printJson(invocation.ports, {
      deployment: loaded.plan.name,
      cluster: { uid, namespace },
      lock: null,
      tasks,
      foreign,
    });
  } else {
    invocation.ports.stdout.write(formatStatus(invocation, loaded, { namespace, tasks, foreign }));
  }
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
  found: {
    readonly namespace: string;
    readonly tasks: readonly TaskStatus[];
    readonly foreign: readonly string[];
  },
): string {
  const color = wantsColor(ports.stdout, flags, ports);
  const paint = (state: TaskState, text: string) =>
    color ? `\u001b[${colours[state]}m${text}\u001b[0m` : text;
  const width = Math.max(0, ...found.tasks.map(({ task }) => task.length));
  const lines = found.tasks.flatMap(({ task, state, since, commit, fields }) => [
    `${paint(state, `${marks[state]} ${task.padEnd(width)}  ${state}`)}${since === null ? '' : `  since ${since}`}${commit === null ? '' : `  ${shortCommit(commit)}`}`,
    ...(fields ?? []).map((field) => `    ${field}`),
  ]);
  const foreign = found.foreign.map((object) => `! ${object} is there, but not of this deployment`);
  return `${[`${plan.name} in namespace ${found.namespace}`, ...lines, ...foreign].join('\n')}\n`;
}

function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, '$1');
}
