import { setImmediate } from 'node:timers/promises';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import type { ProofOptions } from '../options';
import { openOutput, print } from '../print';
import { proveProject } from './prove-project';

/** How a task of the batch ended, as Nx takes it. */
interface ProvedTask {
  readonly success: boolean;
  readonly terminalOutput: string;
}

/** What Nx calls a batch with; the third are overrides, which the options hold already. */
type BatchArguments = readonly [
  taskGraph: TaskGraph,
  options: Readonly<Record<string, ProofOptions>>,
  overrides: unknown,
  context: ExecutorContext,
];

/**
 * `@flotilla/nx-plugin:deploy-plan` for all projects at once: one process, and one connection to each cluster, however
 * many they are (nx.md §3).
 */
export default async function proveProjects(
  ...[taskGraph, options, , context]: BatchArguments
): Promise<Record<string, ProvedTask>> {
  const { createClusterPool, processEnvironment, systemClock } = await import('../../runtime.mjs');
  const { redactor, say } = await openOutput(print);
  const pool = createClusterPool({ clock: systemClock, environment: processEnvironment(), redactor });
  // One a turn: the requests of one project are answered while the files of the next are read.
  let turn = Promise.resolve();
  try {
    const proved = Object.values(taskGraph.tasks).map(async ({ id, target }) => {
      turn = turn.then(() => setImmediate());
      await turn;
      const said: string[] = [];
      const success = await proveProject({
        options: options[id] ?? {},
        context: taskContext(context, target),
        pool,
        redactor,
        say: (text) => said.push(redactor.redact(text)),
      });
      const terminalOutput = said.join('');
      // Nx does not show what a failed dependency of a batch has said.
      if (!success) say(`${id}: ${terminalOutput}`);
      return [id, { success, terminalOutput }] as const;
    });
    return Object.fromEntries(await Promise.all(proved));
  } finally {
    await pool.close();
  }
}

function taskContext(
  context: ExecutorContext,
  target: TaskGraph['tasks'][string]['target'],
): ExecutorContext {
  return {
    ...context,
    projectName: target.project,
    targetName: target.target,
    ...(target.configuration !== undefined && { configurationName: target.configuration }),
  };
}
