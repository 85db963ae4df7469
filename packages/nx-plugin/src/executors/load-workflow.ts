import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { LoadedPlan } from '@flotilla/core';
import { filePathsOf } from '../flotilla-files';
import type { NxTask } from './nx-task';
import type { WorkflowOptions } from './options';
import { printDiagnostics, printRefusal, type Say } from './print';

/**
 * The plan that an executor's options name, its diagnostics printed; undefined (with the reason printed) when
 * there is none.
 */
export async function loadWorkflow({
  options,
  context,
  redactor,
  say,
}: NxTask): Promise<LoadedPlan | undefined> {
  const parameters = readParameters(options.param ?? [], say);
  if (parameters === undefined) return undefined;
  const timeoutMs = await readTimeout(options, say);
  if (timeoutMs === 'wrong') return undefined;
  const { addFile, loadPlan } = await import('../runtime.mjs');
  const result = loadPlan({
    workingDirectory: context.root,
    path: options.file ?? defaultFile(context),
    ...(options.workflow !== undefined && { workflow: options.workflow }),
    ...(options.envId !== undefined && { envId: options.envId }),
    parameters,
    environment: process.env,
    strict: options.strict ?? false,
    compile: {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(options.only !== undefined && { only: options.only }),
    },
  });
  if (result.kind === 'refused') {
    printRefusal(result.refusal, say);
    return undefined;
  }
  if (result.kind === 'loaded') addFile(result.loaded.file, redactor);
  const { diagnostics } = result.kind === 'wrong' ? result : result.loaded;
  await printDiagnostics(diagnostics, options, say);
  if (result.kind === 'wrong' || lacksTask(result.loaded, options.only ?? [], say)) return undefined;
  return result.loaded;
}

/**
 * As `loadWorkflow`, and the `ready` rules are CEL: a deployment checks them before it does anything, and so must what
 * tells of one without a cluster.
 */
export async function loadCheckedWorkflow(task: NxTask): Promise<LoadedPlan | undefined> {
  const loaded = await loadWorkflow(task);
  const { checkReadyRules, hasReadyRules } = await import('../runtime.mjs');
  if (loaded === undefined || !hasReadyRules(loaded.file)) return loaded;
  const mistakes = await checkReadyRules(loaded.file);
  await printDiagnostics(mistakes, task.options, task.say);
  return mistakes.length === 0 ? loaded : undefined;
}

/** True, with the reason said, when a name is none of the workflow's tasks. */
export function lacksTask({ plan }: LoadedPlan, names: readonly string[], say: Say): boolean {
  const unknown = names.find((name) => plan.tasks.every(({ id }) => id !== name));
  if (unknown === undefined) return false;
  const message = `The workflow ${plan.workflow} runs no task ${JSON.stringify(unknown)}.`;
  printRefusal({ message, help: `It runs ${plan.tasks.map(({ id }) => id).join(', ')}.` }, say);
  return true;
}

async function readTimeout({ timeout }: WorkflowOptions, say: Say): Promise<number | undefined | 'wrong'> {
  if (timeout === undefined) return undefined;
  const { parseDuration } = await import('../runtime.mjs');
  const timeoutMs = parseDuration(/^\d+$/.test(timeout) ? Number(timeout) : timeout);
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
  printRefusal({ message: `timeout is a duration above 0, not ${JSON.stringify(timeout)}.` }, say);
  return 'wrong';
}

function defaultFile(context: ExecutorContext): string {
  const root = context.projectsConfigurations.projects[context.projectName ?? '']?.root ?? '.';
  const paths = filePathsOf(root);
  return paths.find((path) => existsSync(join(context.root, path))) ?? posix.join(root, 'flotilla.yaml');
}

function readParameters(said: readonly string[], say: Say): Readonly<Record<string, string>> | undefined {
  const wrong = said.find((parameter) => parameter.indexOf('=') < 1);
  if (wrong !== undefined) {
    printRefusal({ message: `A param is K=V, not ${JSON.stringify(wrong)}.` }, say);
    return undefined;
  }
  return Object.fromEntries(
    said.map((parameter) => {
      const at = parameter.indexOf('=');
      return [parameter.slice(0, at), parameter.slice(at + 1)];
    }),
  );
}
