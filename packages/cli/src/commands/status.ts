import { systemClock, type LoadedPlan } from '@flotilla/core';
import { formatStatus, readClusterUid, readStatus, type OpenedCluster } from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan, refuseWrong } from '../load-plan.js';
import { readImages } from '../read-images.js';
import { printJson } from '../print-json.js';
import { RefusedError } from '../refusal.js';

export const status: Command = {
  name: 'status',
  summary: 'what is deployed, whether it is ready, what drifted',
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
  const result = await readStatus({
    ...loaded,
    ...readImages(invocation),
    cluster,
    namespace,
    clock: systemClock,
  });
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
    const { flags, ports } = invocation;
    const color = wantsColor(ports.stdout, flags, ports);
    ports.stdout.write(formatStatus({ deployment: loaded.plan.name, namespace, tasks, foreign }, { color }));
  }
}
