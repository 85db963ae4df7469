import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { LoadedPlan } from '@flotilla/core';
import type { ClusterChoice, OpenedCluster } from '@flotilla/k8s-executor';
import { cancelOnSignals } from './cancel-on-signals';
import { openRunOutput, type NextCommands } from './open-run-output';
import type { WorkflowOptions } from './options';
import { print, printDiagnostics, printRefusal } from './print';
import { readScenario } from './read-scenario';

/** A plan to run, and the task of Nx that asked for it. */
export interface WorkflowRun {
  readonly loaded: LoadedPlan;
  readonly options: WorkflowOptions;
  readonly context: ExecutorContext;
}

/** Runs a plan in the cluster that the options name, as `flotilla deploy` would; true when the run's exit code is 0. */
export async function runWorkflow(run: WorkflowRun): Promise<boolean> {
  const choice = await chooseCluster(run);
  if (choice === undefined) return false;
  const { systemClock } = await import('@flotilla/core');
  const { chooseGrace, openCluster, parseGrace, processEnvironment } = await import('@flotilla/k8s-executor');
  const said = parseGrace(run.options.grace ?? []);
  if (!said.ok) {
    printRefusal({ message: `grace: ${said.message}` });
    return false;
  }
  const result = await openCluster(run.loaded.file, choice, {
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
    const grace = chooseGrace(run.loaded.file, said.settings, opened.grace);
    return await runOpened(run, { ...opened, grace });
  } finally {
    await opened.close();
  }
}

async function runOpened({ loaded, options, context }: WorkflowRun, opened: OpenedCluster): Promise<boolean> {
  const { systemClock } = await import('@flotilla/core');
  const { deployPlan, findRunOrigin, processEnvironment } = await import('@flotilla/k8s-executor');
  const output = await openRunOutput(nextCommands(context), { verbose: options.verbose ?? false });
  const cancellation = cancelOnSignals(process);
  try {
    const { directory } = loaded;
    const result = await deployPlan({
      ...loaded,
      origin: await findRunOrigin({ directory, environment: processEnvironment() }),
      wallClock: () => new Date(),
      cluster: opened.cluster,
      namespace: opened.namespace,
      ...(opened.grace !== undefined && { grace: opened.grace }),
      clock: systemClock,
      run: `nx-${randomBytes(6).toString('hex')}`,
      sink: output.sink,
      cancelled: cancellation.signal,
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
      allowDegraded: options.allowDegraded ?? false,
      preflight: options.preflight !== false && options.noPreflight !== true,
      createNamespace: options.createNamespace === true || opened.simulated,
      forceConflicts: options.forceConflicts ?? false,
      rerunJobs: options.rerunJobs ?? false,
      onWarning: (message) => {
        print(`warning from the API server: ${message}\n`);
      },
      onDiagnostics: (diagnostics) => {
        void printDiagnostics(diagnostics, options);
      },
    });
    if (result.kind === 'settled') return result.settled.exitCode === 0;
    if (result.kind === 'refused') printRefusal(result.refusal);
    else await printDiagnostics(result.diagnostics, options);
    return false;
  } finally {
    output.close();
    cancellation.dispose();
  }
}

async function chooseCluster({ loaded, options, context }: WorkflowRun): Promise<ClusterChoice | undefined> {
  const read = await readScenario(options, loaded, context);
  if (!read.ok) return undefined;
  const { kubeconfig, context: kubeContext, namespace, cluster, speed } = options;
  const embedded = {
    ...(read.scenario !== undefined && { scenario: read.scenario }),
    ...(speed !== undefined && { speed }),
  };
  return {
    ...(kubeconfig !== undefined && { kubeconfig: resolve(context.root, kubeconfig) }),
    ...(kubeContext !== undefined && { context: kubeContext }),
    ...(namespace !== undefined && { namespace }),
    ...(cluster === 'embedded' && { embedded }),
  };
}

function nextCommands(context: ExecutorContext): NextCommands {
  const { projectName = '', targetName = 'deploy', configurationName } = context;
  const configuration = configurationName === undefined ? '' : `:${configurationName}`;
  const run = (target: string) => `nx run ${projectName}:${target}${configuration}`;
  const targets = Object.entries(context.projectsConfigurations.projects[projectName]?.targets ?? {});
  const destroy = targets.find(([, { executor }]) => executor === '@flotilla/nx-plugin:destroy')?.[0];
  return {
    resumeCommand: run(targetName),
    ...(destroy !== undefined && { cleanUpCommand: () => run(destroy) }),
  };
}
