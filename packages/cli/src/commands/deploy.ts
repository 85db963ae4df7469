import { systemClock, type DeploymentFile, type LoadedPlan } from '@flotilla/core';
import { deployPlan, type OpenedCluster } from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan, printDiagnostics, refuseWrong } from '../load-plan.js';
import { RefusedError } from '../refusal.js';
import { newRunId } from '../run-identity.js';
import { readConcurrency } from '../run-options.js';
import { openRunOutput } from '../run-output.js';
import { cancelOnSignals } from '../signals.js';

export const deploy: Command = {
  name: 'deploy',
  summary: 'brings the cluster to what the file says, in parallel',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: [
    'file',
    ...clusterFlags,
    'concurrency',
    'output',
    'with',
    'speed',
    'param',
    'env-id',
    'strict',
    'allow-degraded',
    'no-preflight',
    'force-conflicts',
    'rerun-jobs',
    'verbose',
    'quiet',
    'color',
    'help',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (invocation) => {
    const loaded = loadPlan(invocation);
    return await runInCluster(invocation, loaded);
  },
};

/** Opens the cluster, runs the plan in it and resolves to the exit code of the run. */
export async function runInCluster(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    return await runOpened(invocation, loaded, opened);
  } finally {
    await opened.close();
  }
}

async function runOpened(invocation: Invocation, loaded: LoadedPlan, opened: OpenedCluster): Promise<number> {
  const { flags, ports } = invocation;
  const output = openRunOutput(invocation, nextCommands(invocation, loaded.file));
  const cancellation = cancelOnSignals(ports, (signal) => {
    output.note(`${signal}: stopping. What runs is given 5 s to answer; once more ends at once.`);
  });
  try {
    const result = await deployPlan({
      ...loaded,
      cluster: opened.cluster,
      namespace: opened.namespace,
      clock: systemClock,
      run: newRunId(new Date()),
      sink: output.sink,
      ...readConcurrency(flags),
      cancelled: cancellation.signal,
      allowDegraded: flags.has('allow-degraded'),
      preflight: !flags.has('no-preflight'),
      forceConflicts: flags.has('force-conflicts'),
      rerunJobs: flags.has('rerun-jobs'),
      onWarning: (message) => {
        output.note(`warning from the API server: ${message}`);
      },
      onDiagnostics: (diagnostics) => {
        printDiagnostics(invocation, diagnostics);
      },
    });
    output.close();
    if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
    if (result.kind === 'refused') throw new RefusedError(result.refusal);
    return result.settled.exitCode;
  } finally {
    output.close();
    cancellation.dispose();
  }
}

function nextCommands({ flags }: Invocation, file: DeploymentFile) {
  const where = (['file', 'context', 'namespace', 'cluster'] as const).flatMap((name) => {
    const said = flags.value(name);
    return said === undefined ? [] : [`--${name}`, said];
  });
  const flagsText = (where.length === 0 ? ['--file', file.source.path] : where).join(' ');
  return {
    resumeCommand: `flotilla deploy ${flagsText}`,
    cleanUpCommand: () => `flotilla destroy ${flagsText}`,
  };
}
