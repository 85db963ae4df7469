import type { Diagnostic, Refusal } from '@flotilla/core';
import type { Redactor } from '@flotilla/k8s-executor';
import type { WorkflowOptions } from './options';

/** Where the words of an executor go. */
export type Say = (text: string) => void;

/** Where a task's words go, and what stands before them. */
export interface TaskOutput {
  /** To be told of every secret that the task meets; `say` loses them. */
  readonly redactor: Redactor;
  readonly say: Say;
}

/** One redactor before everything that is said to `write`. */
export async function openOutput(write: Say): Promise<TaskOutput> {
  const { createRedactor } = await import('../runtime.mjs');
  const redactor = createRedactor();
  return {
    redactor,
    say: (text) => {
      write(redactor.redact(text));
    },
  };
}

/** Text as it is: Nx shows it, and keeps it with the task's result. Only an output with a redactor may call it. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Why nothing was done, and what to do about it. */
export function printRefusal({ message, help }: Pick<Refusal, 'message' | 'help'>, say: Say): void {
  say(`${message}${help === undefined ? '' : `\n  ${help}`}\n`);
}

/** Diagnostics as code frames; hints only when verbose. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  { verbose }: Pick<WorkflowOptions, 'verbose'>,
  say: Say,
): Promise<void> {
  const shown = diagnostics.filter(({ severity }) => severity !== 'hint' || verbose === true);
  if (shown.length === 0) return;
  const { hideSecrets, renderDiagnostics } = await import('../runtime.mjs');
  say(`${renderDiagnostics(hideSecrets(shown), { color: wantsColor() })}\n\n`);
}

/** Whether to colour what Nx will show (no-color.org, FORCE_COLOR). */
export function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return process.stdout.isTTY;
}
