import type { Diagnostic, Refusal } from '@flotilla/core';
import type { WorkflowOptions } from './options';

/** Where the words of an executor go. */
export type Say = (text: string) => void;

/** Text of an executor: Nx shows it, and keeps it with the task's result. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Why nothing was done, and what to do about it. */
export function printRefusal({ message, help }: Pick<Refusal, 'message' | 'help'>, say: Say = print): void {
  say(`${message}${help === undefined ? '' : `\n  ${help}`}\n`);
}

/** Diagnostics as code frames; hints only when verbose. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  { verbose }: Pick<WorkflowOptions, 'verbose'>,
  say: Say = print,
): Promise<void> {
  const shown = diagnostics.filter(({ severity }) => severity !== 'hint' || verbose === true);
  if (shown.length === 0) return;
  const { renderDiagnostics } = await import('@flotilla/core');
  say(`${renderDiagnostics(shown, { color: wantsColor() })}\n\n`);
}

/** Whether to colour what Nx will show (no-color.org, FORCE_COLOR). */
export function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return process.stdout.isTTY;
}
