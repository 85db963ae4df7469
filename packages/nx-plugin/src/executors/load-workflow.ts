import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { LoadedPlan } from '@flotilla/core';
import { filePathsOf } from '../flotilla-files';
import type { WorkflowOptions } from './options';
import { printDiagnostics, printRefusal } from './print';

/**
 * The plan that an executor's options name, its diagnostics printed; undefined (with the reason printed) when
 * there is none.
 */
export async function loadWorkflow(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<LoadedPlan | undefined> {
  const parameters = readParameters(options.param ?? []);
  if (parameters === undefined) return undefined;
  const { loadPlan } = await import('@flotilla/core');
  const result = loadPlan({
    workingDirectory: context.root,
    path: options.file ?? defaultFile(context),
    ...(options.workflow !== undefined && { workflow: options.workflow }),
    ...(options.envId !== undefined && { envId: options.envId }),
    parameters,
    environment: process.env,
    strict: options.strict ?? false,
  });
  if (result.kind === 'refused') {
    printRefusal(result.refusal);
    return undefined;
  }
  const { diagnostics } = result.kind === 'wrong' ? result : result.loaded;
  await printDiagnostics(diagnostics, options);
  return result.kind === 'wrong' ? undefined : result.loaded;
}

function defaultFile(context: ExecutorContext): string {
  const root = context.projectsConfigurations.projects[context.projectName ?? '']?.root ?? '.';
  const paths = filePathsOf(root);
  return paths.find((path) => existsSync(join(context.root, path))) ?? posix.join(root, 'flotilla.yaml');
}

function readParameters(said: readonly string[]): Readonly<Record<string, string>> | undefined {
  const wrong = said.find((parameter) => parameter.indexOf('=') < 1);
  if (wrong !== undefined) {
    printRefusal({ message: `A param is K=V, not ${JSON.stringify(wrong)}.` });
    return undefined;
  }
  return Object.fromEntries(
    said.map((parameter) => {
      const at = parameter.indexOf('=');
      return [parameter.slice(0, at), parameter.slice(at + 1)];
    }),
  );
}
