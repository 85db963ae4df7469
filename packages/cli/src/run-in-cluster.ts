import { resolve } from 'node:path';
import { cancelledExitCodes, isCutShort, readText, systemClock, type LoadedPlan } from '@flotilla/core';
import {
  chooseGrace,
  deployPlan,
  findRunOrigin,
  parseProof,
  processEnvironment,
  type DeployPlanOptions,
  type DeployPlanResult,
  type OpenedCluster,
} from '@flotilla/k8s-executor';
import { chooseCluster } from './choose-cluster.js';
import type { Invocation } from './command.js';
import { printDiagnostics, refuseWrong } from './load-plan.js';
import { nextCommands } from './next-commands.js';
import { readImages } from './read-images.js';
import { RefusedError } from './refusal.js';
import { choosePruning } from './choose-pruning.js';
import { newRunId } from './run-identity.js';
import { readGrace } from './read-grace.js';
import { readConcurrency, readLocking } from './run-options.js';
import { openRunOutput, type RunOutput } from './run-output.js';
import { cancelOnSignals } from './signals.js';

/** What is done with all that a command line says of a run. */
export type StartRun = (options: DeployPlanOptions, output: RunOutput) => Promise<DeployPlanResult>;

/** Opens the cluster, runs the plan in it (or what `start` makes of it) and resolves to the exit code of the run. */
export async function runInCluster(
  invocation: Invocation,
  loaded: LoadedPlan,
  start: StartRun = deployPlan,
): Promise<number> {
  const said = readGrace(invocation.flags);
  // Before anything is asked of a cluster: wrong usage is wrong there, too.
  const asked = readAsked(invocation);
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    const grace = chooseGrace(loaded.file, said, opened.grace);
    return await runOpened(invocation, loaded, { opened: { ...opened, grace }, start, asked });
  } finally {
    await opened.close();
  }
}

async function runOpened(
  invocation: Invocation,
  loaded: LoadedPlan,
  { opened, start, asked }: Pick<Running, 'opened' | 'start' | 'asked'>,
): Promise<number> {
  const { ports } = invocation;
  const output = openRunOutput(invocation, nextCommands(invocation, opened), loaded.diagnostics);
  const cancellation = cancelOnSignals(ports, {
    onFirst: (signal) => {
      const how = output.hasBegun() ? '. What runs is given 5 s to answer' : '';
      output.note(`${signal}: stopping${how}; once more ends at once.`);
    },
    onSecond: output.close,
  });
  try {
    const cancelled = cancellation.signal;
    const run = startRun(invocation, loaded, { opened, output, start, asked, cancelled });
    const ended = await run;
    output.close();
    if (opened.simulated && wasCutShort(ended)) ports.stderr.write(simulationEnded);
    return exitCodeOf(invocation, ended);
  } finally {
    output.close();
    cancellation.dispose();
  }
}

const simulationEnded =
  'The embedded cluster has ended with this run and nothing of it is left: the same command starts anew.\n';

function wasCutShort(ended: DeployPlanResult): boolean {
  return ended.kind === 'settled' && isCutShort(ended.settled.outcome);
}

const unwritten = {
  nothing: 'nothing was written.',
  records: 'the run had only begun; no object was written.',
} as const;

function exitCodeOf(invocation: Invocation, ended: DeployPlanResult): number {
  switch (ended.kind) {
    case 'settled':
      return ended.settled.exitCode;
    case 'stopped':
      invocation.ports.stderr.write(`${ended.reason}: ${unwritten[ended.wrote]}\n`);
      return cancelledExitCodes[ended.reason];
    case 'wrong':
      throw refuseWrong(invocation, ended.diagnostics);
    case 'refused':
      throw new RefusedError(ended.refusal);
  }
}

type Asked = Pick<
  DeployPlanOptions,
  'token' | 'images' | 'concurrency' | 'mode' | 'lockTimeoutMs' | 'lockDurationMs'
>;

function readAsked(invocation: Invocation): Asked {
  const { flags } = invocation;
  return {
    ...readToken(invocation),
    ...readImages(invocation),
    ...readConcurrency(flags),
    ...readLocking(flags),
  };
}

interface Running {
  readonly asked: Asked;
  readonly opened: OpenedCluster;
  readonly output: RunOutput;
  readonly start: StartRun;
  readonly cancelled: AbortSignal;
}

async function startRun(
  invocation: Invocation,
  loaded: LoadedPlan,
  { opened, output, start, asked, cancelled }: Running,
): Promise<DeployPlanResult> {
  const { flags } = invocation;
  const { directory } = loaded;
  const options: DeployPlanOptions = {
    ...loaded,
    origin: await findRunOrigin({ directory, environment: processEnvironment() }),
    wallClock: () => new Date(),
    ...asked,
    redactor: invocation.ports.redactor,
    cluster: opened.cluster,
    namespace: opened.namespace,
    ...(opened.grace !== undefined && { grace: opened.grace }),
    clock: systemClock,
    run: newRunId(new Date()),
    sink: output.sink,
    cancelled,
    allowDegraded: flags.has('allow-degraded'),
    preflight: !flags.has('no-preflight'),
    forceConflicts: flags.has('force-conflicts'),
    replace: flags.has('replace'),
    rerunJobs: flags.has('rerun-jobs'),
    takeOwnership: flags.has('take-ownership'),
    pruneStateful: flags.has('prune-stateful'),
    prune: choosePruning(invocation),
    onNote: output.note,
    createNamespace: flags.has('create-namespace') || opened.simulated,
    onWarning: (message) => {
      output.note(`warning from the API server: ${message}`);
    },
    onDiagnostics: (diagnostics) => {
      printDiagnostics(invocation, diagnostics);
    },
    ...(flags.value('on-halt') === 'rollback' && { onHalt: 'rollback' }),
  };
  return await start(options, output);
}

/** `--proof`: the token of the proof that a cache has hashed. Refuses with 66 what is none. */
function readToken({ flags, ports }: Invocation): { readonly token?: string } {
  const path = flags.value('proof');
  if (path === undefined) return {};
  const read = readText(resolve(ports.workingDirectory, path), path);
  const proof = read.ok ? parseProof(read.text ?? '') : undefined;
  if (proof === undefined)
    throw new RefusedError({
      exitCode: 66,
      message: `${path} is no proof.`,
      help: 'flotilla prove writes one.',
    });
  return { token: proof.token };
}
