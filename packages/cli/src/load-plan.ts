import {
  loadPlan as loadFromFile,
  renderDiagnostics,
  type Diagnostic,
  type LoadedPlan,
  type LoadOptions,
  type LoadPlanResult,
} from '@flotilla/core';
import { wantsColor } from './color.js';
import type { Invocation } from './command.js';
import type { FlagValues } from './flags.js';
import { RefusedError, refuseUsage } from './refusal.js';

/** A file other than the one that the command line names. */
type OtherFile = Pick<LoadOptions, 'path' | 'text'>;

/** Loads the file and compiles the workflow that the command line names. Refuses when there is no such file or workflow. */
export function tryLoadPlan(
  { flags, positionals, ports }: Invocation,
  other: OtherFile = {},
): Exclude<LoadPlanResult, { kind: 'refused' }> {
  const path = flags.value('file');
  const workflow = positionals[0];
  const envId = flags.value('env-id');
  const result = loadFromFile({
    workingDirectory: ports.workingDirectory,
    parameters: parametersOf(flags),
    environment: ports.environment,
    strict: flags.has('strict'),
    ...(path !== undefined && { path }),
    ...(workflow !== undefined && { workflow }),
    ...(envId !== undefined && { envId }),
    ...other,
  });
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  return result;
}

/** As `tryLoadPlan`, printing the diagnostics; errors end the command (exit 65). */
export function loadPlan(invocation: Invocation, other: OtherFile = {}): LoadedPlan {
  const result = tryLoadPlan(invocation, other);
  if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
  printDiagnostics(invocation, result.loaded.diagnostics);
  return result.loaded;
}

/** Prints diagnostics with errors among them; the refusal with which to end. */
export function refuseWrong(invocation: Invocation, diagnostics: readonly Diagnostic[]): RefusedError {
  printDiagnostics(invocation, diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const what = errors === 1 ? 'the error' : `the ${errors} errors`;
  return new RefusedError({ exitCode: 65, message: `nothing was done; mend ${what} above.` });
}

/** Diagnostics as code frames on stderr; hints where they are asked for or with --verbose, errors alone with --quiet. */
export function printDiagnostics(
  { flags, ports }: Invocation,
  diagnostics: readonly Diagnostic[],
  { hints = false }: { readonly hints?: boolean } = {},
): void {
  const shown = diagnostics.filter(
    ({ severity }) =>
      severity === 'error' ||
      (!flags.has('quiet') && (severity === 'warning' || hints || flags.has('verbose'))),
  );
  if (shown.length > 0)
    ports.stderr.write(`${renderDiagnostics(shown, { color: wantsColor(ports.stderr, flags, ports) })}\n\n`);
}

function parametersOf(flags: FlagValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    flags.list('param').map((said) => {
      const at = said.indexOf('=');
      if (at < 1) refuseUsage(`--param is K=V, not ${JSON.stringify(said)}.`);
      return [said.slice(0, at), said.slice(at + 1)];
    }),
  );
}
