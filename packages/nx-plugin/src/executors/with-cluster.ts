import type { LoadedPlan } from '@flotilla/core';
import type { ClusterChoice, OpenedCluster } from '@flotilla/k8s-executor';
import { clusterChoice } from './cluster-choice';
import type { NxTask } from './nx-task';
import { printRefusal } from './print';
import { readScenario } from './read-scenario';

/** A plan, and the task of Nx that wants a cluster for it. */
export interface ClusterUse extends NxTask {
  readonly loaded: LoadedPlan;
}

/** Does something with the cluster that the options name; false, with the reason printed, when it cannot be had. */
export async function withCluster(
  use: ClusterUse,
  act: (opened: OpenedCluster) => Promise<boolean>,
): Promise<boolean> {
  const choice = await chooseCluster(use);
  if (choice === undefined) return false;
  const { openCluster, processEnvironment, systemClock } = await import('../runtime.mjs');
  const result = await openCluster(use.loaded.file, choice, {
    clock: systemClock,
    environment: processEnvironment(),
    redactor: use.redactor,
  });
  if (!result.ok) {
    printRefusal(result.refusal, use.say);
    return false;
  }
  const { opened } = result;
  if (opened.simulated) use.say('This is a simulation: the cluster is embedded, nothing real is deployed.\n');
  try {
    return await act(opened);
  } finally {
    await opened.close();
  }
}

async function chooseCluster({ loaded, ...task }: ClusterUse): Promise<ClusterChoice | undefined> {
  const read = await readScenario(task, loaded);
  if (!read.ok) return undefined;
  const { cluster, speed } = task.options;
  const embedded = {
    ...(read.scenario !== undefined && { scenario: read.scenario }),
    ...(speed !== undefined && { speed }),
  };
  return { ...clusterChoice(task.options, task.context), ...(cluster === 'embedded' && { embedded }) };
}
