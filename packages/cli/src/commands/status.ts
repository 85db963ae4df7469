import type { LoadedPlan } from '@flotilla/core';
import {
  formatStatus,
  readClusterUid,
  describeUnreadLock,
  readLock,
  readStatus,
  type LockHolder,
  type OpenedCluster,
} from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan, refuseWrong } from '../load-plan.js';
import { planTarget } from '../plan-target.js';
import { printJson } from '../print-json.js';
import { RefusedError } from '../refusal.js';

export const status: Command = {
  name: 'status',
  summary: 'what is deployed, whether it is ready, what drifted, who holds the lock',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', ...clusterFlags, 'images', 'output', 'param', 'env-id', 'strict'],
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
  const result = await readStatus({ ...loaded, ...planTarget(invocation, opened) });
  if (!result.ok) {
    if ('diagnostics' in result) throw refuseWrong(invocation, result.diagnostics);
    throw new RefusedError(result.refusal);
  }
  const { tasks, foreign } = result;
  const found = await readLock(cluster, { deployment: loaded.plan.name, namespace });
  const lock = found.ok ? found.value : undefined;
  if (!found.ok) invocation.ports.stderr.write(`${describeUnreadLock(found.failure)}\n`);
  if (invocation.flags.value('output') === 'json') {
    const uid = await readClusterUid(cluster);
    printJson(invocation.ports, {
      deployment: loaded.plan.name,
      cluster: { uid, namespace },
      lock: lock === undefined ? null : lockDocument(lock),
      tasks,
      foreign,
    });
  } else {
    const { flags, ports } = invocation;
    const color = wantsColor(ports.stdout, flags, ports);
    const shown = { deployment: loaded.plan.name, namespace, tasks, foreign, lock };
    ports.stdout.write(formatStatus(shown, { color }));
  }
}

function lockDocument({ who, since, ...more }: LockHolder) {
  return { holder: who, since, ...more };
}
