import { randomBytes } from 'node:crypto';
import type { LoadedPlan, RunEvent } from '@flotilla/core';
import { print, printDiagnostics, wantsColor } from './load';
import type { WorkflowOptions } from './options';

/** Runs a plan in the cluster that the options name, as `flotilla deploy` would; true when the run's exit code is 0. */
export async function runWorkflow(loaded: LoadedPlan, options: WorkflowOptions): Promise<boolean> {
  const { systemClock } = await import('@flotilla/core');
  const { deployPlan, openCluster, processEnvironment } = await import('@flotilla/k8s-executor');
  const opened = await openCluster(loaded.file, clusterChoice(options), {
    clock: systemClock,
    environment: processEnvironment(),
  });
  if (!opened.ok) return refuse(opened.refusal);
  if (opened.opened.simulated)
    print('This is a simulation: the cluster is embedded, nothing real is deployed.\n');
  const cancellation = cancelOnSignals();
  try {
    const { cluster, namespace } = opened.opened;
    const result = await deployPlan({
      ...loaded,
      cluster,
      namespace,
      clock: systemClock,
      run: `nx-${randomBytes(6).toString('hex')}`,
      sink: await openRenderer(options),
      cancelled: cancellation.signal,
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
      allowDegraded: options.allowDegraded ?? false,
      preflight: options.noPreflight !== true,
      forceConflicts: options.forceConflicts ?? false,
      rerunJobs: options.rerunJobs ?? false,
      onWarning: (message) => {
        print(`warning from the API server: ${message}\n`);
      },
    });
    if (result.kind === 'settled') return result.settled.exitCode === 0;
    if (result.kind === 'refused') return refuse(result.refusal);
    await printDiagnostics(result.diagnostics, options);
    return false;
  } finally {
    cancellation.dispose();
    await opened.opened.close();
  }
}

async function openRenderer({ verbose }: WorkflowOptions): Promise<(event: RunEvent) => void> {
  const { createPlainRenderer, foldRun, formatSummary } = await import('@flotilla/core');
  const color = wantsColor();
  const render = createPlainRenderer({ write: print, color, verbose: verbose ?? false });
  let state: ReturnType<typeof foldRun>;
  return (event) => {
    render(event);
    state = foldRun(state, event);
    if (event.type === 'run-settled' && state !== undefined)
      print(`${formatSummary(state, { color, reports: false })}\n`);
  };
}

function clusterChoice({ kubeconfig, context, namespace, cluster }: WorkflowOptions) {
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
    ...(cluster === 'embedded' && { embedded: {} }),
  };
}

function refuse({ message, help }: { readonly message: string; readonly help?: string }): false {
  print(`${message}${help === undefined ? '' : `\n  ${help}`}\n`);
  return false;
}

// Nx passes Ctrl-C on to its workers: the first stops the run in order, the second ends the process.
function cancelOnSignals(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const listen = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    controller.abort(signal);
  };
  process.on('SIGINT', listen);
  process.on('SIGTERM', listen);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', listen);
      process.off('SIGTERM', listen);
    },
  };
}
