import { posix } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { Diagnostic, LoadedPlan } from '@flotilla/core';
import type { WorkflowOptions } from './options';

/**
 * The plan that an executor's options name, its diagnostics printed; undefined (with the reason printed) when
 * there is none.
 */
export async function loadWorkflow(
  options: WorkflowOptions,
  context: ExecutorContext,
): Promise<LoadedPlan | undefined> {
  const { loadPlan } = await import('@flotilla/core');
  const result = loadPlan({
    workingDirectory: context.root,
    path: options.file ?? defaultFile(context),
    ...(options.workflow !== undefined && { workflow: options.workflow }),
    ...(options.envId !== undefined && { envId: options.envId }),
    parameters: Object.fromEntries((options.param ?? []).map(splitParameter)),
    environment: process.env,
    strict: options.strict ?? false,
  });
  if (result.kind === 'refused') {
    print(
      `${[result.refusal.message, result.refusal.help].filter((line) => line !== undefined).join('\n  ')}\n`,
    );
    return undefined;
  }
  if (result.kind === 'wrong') {
    await printDiagnostics(result.diagnostics, options);
    return undefined;
  }
  await printDiagnostics(result.loaded.diagnostics, options);
  return result.loaded;
}

/** Diagnostics as code frames; hints only when verbose. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  { verbose }: WorkflowOptions,
): Promise<void> {
  const shown = diagnostics.filter(({ severity }) => severity !== 'hint' || verbose === true);
  if (shown.length === 0) return;
  const { renderDiagnostics } = await import('@flotilla/core');
  print(`${renderDiagnostics(shown, { color: wantsColor() })}\n\n`);
}

/** Text of an executor: Nx shows it, and keeps it with the task's result. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Whether to colour what Nx will show (no-color.org, FORCE_COLOR). */
export function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') || process.stdout.isTTY;
}

function defaultFile(context: ExecutorContext): string {
  const name = context.projectName ?? '';
  const root = context.projectsConfigurations.projects[name]?.root ?? '.';
  return posix.join(root, 'flotilla.yaml');
}

function splitParameter(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
