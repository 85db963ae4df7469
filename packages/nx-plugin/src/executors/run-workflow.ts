import { randomBytes } from 'node:crypto';
import type { DeployPlanOptions, DeployPlanResult, OpenedCluster } from '@flotilla/k8s-executor';
import { cancelOnSignals } from './cancel-on-signals';
import { findImages, type Images } from './find-images';
import { nextCommands } from './next-commands';
import { openRunOutput } from './open-run-output';
import { printDiagnostics, printRefusal } from './print';
import { readLocking } from './read-locking';
import { withCluster, type ClusterUse } from './with-cluster';
import { wantsPruning, writeChoice } from './write-options';

/** What is done with all that the options say of a run. */
export type StartRun = (options: DeployPlanOptions) => Promise<DeployPlanResult>;

/** A plan to run, and the task of Nx that asked for it. */
export interface WorkflowRun extends ClusterUse {
  /** Default: the plan is deployed. */
  readonly start?: StartRun;
}

/** Runs a plan in the cluster that the options name, as `flotilla deploy` would; true when the run's exit code is 0. */
export async function runWorkflow(run: WorkflowRun): Promise<boolean> {
  const { chooseGrace, parseGrace } = await import('../runtime.mjs');
  const said = parseGrace(run.options.grace ?? []);
  if (!said.ok) {
    printRefusal({ message: `grace: ${said.message}` }, run.say);
    return false;
  }
  const images = await findImages(run);
  if (images === undefined) return false;
  return await withCluster(run, (opened) => {
    const grace = chooseGrace(run.loaded.file, said.settings, opened.grace);
    return runOpened({ ...run, images }, { ...opened, grace });
  });
}

async function runOpened(
  task: WorkflowRun & { readonly images: Images },
  opened: OpenedCluster,
): Promise<boolean> {
  const { loaded, options, context, redactor, say, images, start } = task;
  const { deployPlan, findRunOrigin, processEnvironment, systemClock } = await import('../runtime.mjs');
  const locking = await readLocking(task);
  if (locking === undefined) return false;
  const output = await openRunOutput(await nextCommands(options, context), {
    verbose: options.verbose ?? false,
    say,
  });
  const cancellation = cancelOnSignals(process);
  const run = `nx-${randomBytes(6).toString('hex')}`;
  // Nx replays what a cached task has said: it has to be true then too.
  say(`Run ${run}, ${new Date().toISOString()}\n`);
  try {
    const { directory } = loaded;
    const result = await (start ?? deployPlan)({
      ...loaded,
      images,
      redactor,
      origin: await findRunOrigin({ directory, environment: processEnvironment() }),
      wallClock: () => new Date(),
      cluster: opened.cluster,
      namespace: opened.namespace,
      ...(opened.grace !== undefined && { grace: opened.grace }),
      clock: systemClock,
      run,
      sink: output.sink,
      cancelled: cancellation.signal,
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
      allowDegraded: options.allowDegraded ?? false,
      preflight: options.preflight !== false && options.noPreflight !== true,
      ...writeChoice(options, opened),
      prune: { enabled: wantsPruning(options), allowEmpty: options.allowEmpty ?? false },
      ...locking,
      ...(options.onHalt !== undefined && { onHalt: options.onHalt }),
      onNote: (text) => {
        say(`${text}\n`);
      },
      onWarning: (message) => {
        say(`warning from the API server: ${message}\n`);
      },
      onDiagnostics: (diagnostics) => {
        void printDiagnostics(diagnostics, options, say);
      },
    });
    if (result.kind === 'settled') return result.settled.exitCode === 0;
    if (result.kind === 'refused') printRefusal(result.refusal, say);
    else if (result.kind === 'stopped')
      say(`${result.reason}: ${result.wrote === 'nothing' ? 'nothing' : 'no object'} was written.\n`);
    else await printDiagnostics(result.diagnostics, options, say);
    return false;
  } finally {
    output.close();
    cancellation.dispose();
  }
}
