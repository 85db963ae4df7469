import type { ExecutorContext } from '@nx/devkit';
import type { LoadedPlan } from '@flotilla/core';
import type { ClusterChoice, OpenedCluster } from '@flotilla/k8s-executor';
import { clusterChoice } from './cluster-choice';
import type { WorkflowOptions } from './options';
import { print, printRefusal } from './print';
import { readScenario } from './read-scenario';

/** A plan, and the task of Nx that wants a cluster for it. */
export interface ClusterUse {
  readonly loaded: LoadedPlan;
  readonly options: WorkflowOptions;
  readonly context: ExecutorContext;
}

/** Does something with the cluster that the options name; false, with the reason printed, when it cannot be had. */
export async function withCluster(
  use: ClusterUse,
  act: (opened: OpenedCluster) => Promise<boolean>,
): Promise<boolean> {
  const choice = await chooseCluster(use);
  if (choice === undefined) return false;
  const { systemClock } = await import('@flotilla/core');
  const { openCluster, processEnvironment } = await import('@flotilla/k8s-executor');
  const result = await openCluster(use.loaded.file, choice, {
    clock: systemClock,
    environment: processEnvironment(),
  });
  if (!result.ok) {
    printRefusal(result.refusal);
    return false;
  }
  const { opened } = result;
  if (opened.simulated) print('This is a simulation: the cluster is embedded, nothing real is deployed.\n');
  try {
    return await act(opened);
  } finally {
    await opened.close();
  }
}

async function chooseCluster({ loaded, options, context }: ClusterUse): Promise<ClusterChoice | undefined> {
  const read = await readScenario(options, loaded, context);
  if (!read.ok) return undefined;
  const { cluster, speed } = options;
  const embedded = {
    ...(read.scenario !== undefined && { scenario: read.scenario }),
    ...(speed !== undefined && { speed }),
  };
  return { ...clusterChoice(options, context), ...(cluster === 'embedded' && { embedded }) };
}
