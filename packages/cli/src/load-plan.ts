import {
  compilePlan,
  hasReadyRules,
  hideSecrets,
  loadPlan as loadFromFile,
  renderDiagnostics,
  type DeploymentFile,
  type Diagnostic,
  type LoadedPlan,
  type LoadOptions,
  type LoadPlanResult,
} from '@flotilla/core';
import { addFile } from '@flotilla/k8s-executor';
import { wantsColor } from './color.js';
import type { Invocation } from './command.js';
import type { FlagValues } from './flags.js';
import type { Ports } from './ports.js';
import { RefusedError, refuseUsage } from './refusal.js';
import { readCompileOptions } from './run-options.js';
import { taskNamed } from './task-named.js';

/** A file other than the one that the command line names. */
type OtherFile = Pick<LoadOptions, 'path' | 'text'>;

/** Loads the file and compiles the workflow that the command line names. Refuses when there is no such file or workflow. */
export function tryLoadPlan(
  { flags, positionals, ports }: Invocation,
  other: OtherFile = {},
): Exclude<LoadPlanResult, { kind: 'refused' }> {
  const workflow = positionals[0];
  const envId = flags.value('env-id');
  const { timeoutMs } = readCompileOptions(flags);
  const result = loadFromFile({
    workingDirectory: ports.workingDirectory,
    parameters: parametersOf(flags),
    environment: ports.environment,
    strict: flags.has('strict'),
    ...(timeoutMs !== undefined && { compile: { timeoutMs } }),
    ...readPath(flags.value('file'), ports),
    ...(workflow !== undefined && { workflow }),
    ...(envId !== undefined && { envId }),
    ...other,
  });
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  if (result.kind === 'loaded') addFile(result.loaded.file, ports.redactor);
  return result;
}

/** As `tryLoadPlan`, printing the diagnostics; errors end the command (exit 65). */
export function loadPlan(invocation: Invocation, other: OtherFile = {}): LoadedPlan {
  const result = tryLoadPlan(invocation, other);
  if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
  printDiagnostics(invocation, result.loaded.diagnostics);
  return restrictLoaded(invocation, result.loaded);
}

/** As `loadPlan`, and the `ready` rules are CEL: a deployment checks them before it does anything, and so must what tells of one. */
export async function loadCheckedPlan(invocation: Invocation): Promise<LoadedPlan> {
  const loaded = loadPlan(invocation);
  const mistakes = await findRuleMistakes(loaded.file);
  if (mistakes.length > 0) throw refuseWrong(invocation, mistakes);
  return loaded;
}

/** What is wrong with the file's `ready` rules. What compiles them is loaded only when there is one. */
export async function findRuleMistakes(file: DeploymentFile): Promise<readonly Diagnostic[]> {
  if (!hasReadyRules(file)) return [];
  const { checkReadyRules } = await import('@flotilla/k8s-executor');
  return checkReadyRules(file);
}

/** `--only`: the plan of these tasks of the workflow alone. Refuses (64) what it does not run. */
function restrictLoaded(invocation: Invocation, loaded: LoadedPlan): LoadedPlan {
  const options = readCompileOptions(invocation.flags);
  if (options.only === undefined) return loaded;
  for (const name of options.only) taskNamed(loaded.plan, name);
  if (options.only.length === 0) refuseUsage('--only names no task.');
  const compiled = compilePlan(loaded.file, { ...options, workflow: loaded.plan.workflow });
  if (!compiled.ok) throw refuseWrong(invocation, compiled.diagnostics);
  return { ...loaded, plan: compiled.value };
}

// `-` is stdin, as with kubectl; paths in it are relative to where we are.
function readPath(said: string | undefined, ports: Ports): OtherFile {
  if (said === undefined) return {};
  return said === '-' ? { path: 'stdin', text: ports.readInput() } : { path: said };
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
    ports.stderr.write(
      `${renderDiagnostics(hideSecrets(shown), { color: wantsColor(ports.stderr, flags, ports) })}\n\n`,
    );
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
