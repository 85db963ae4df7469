import {
  compilePlan,
  defaultWorkflow,
  hasErrors,
  nearest,
  renderDiagnostics,
  strict,
  workflowNames,
  type DeploymentFile,
  type Diagnostic,
  type ExpectedDurations,
  type Plan,
} from '@flotilla/core';
import { wantsColor } from './color.js';
import type { Invocation } from './command.js';
import { loadFile } from './load-file.js';
import { RefusedError, refuseUsage } from './refusal.js';

/** A workflow ready to be shown or run. */
export interface LoadedPlan {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Absolute: what the file's paths are relative to. */
  readonly directory: string;
  /** Warnings and hints. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A file or a workflow with errors. */
export interface WrongPlan {
  readonly name: string;
  readonly workflow: string;
  readonly diagnostics: readonly Diagnostic[];
}

export type PlanResult = { readonly ok: true; readonly loaded: LoadedPlan } | { readonly ok: false; readonly wrong: WrongPlan };

/** Loads the file and compiles the workflow named (default: `setup`, or the only one there is). */
export function tryLoadPlan(invocation: Invocation, workflow: string | undefined, durations?: ExpectedDurations): PlanResult {
  const { checked, directory, source } = loadFile(invocation);
  const mend = invocation.flags.has('strict') ? strict : (list: readonly Diagnostic[]) => list;
  if (!checked.ok) return { ok: false, wrong: { name: source.path, workflow: workflow ?? 'setup', diagnostics: mend(checked.diagnostics) } };
  const file = checked.value;
  const name = workflow ?? defaultWorkflow(file);
  refuseUnknownWorkflow(file, name);
  const compiled = compilePlan(file, { workflow: name, ...(durations !== undefined && { durations }) });
  const diagnostics = mend([...checked.diagnostics, ...compiled.diagnostics]);
  if (!compiled.ok || hasErrors(diagnostics)) return { ok: false, wrong: { name: file.name, workflow: name, diagnostics } };
  return { ok: true, loaded: { file, plan: compiled.value, directory, diagnostics } };
}

/** As `tryLoadPlan`, printing the diagnostics; errors end the command (exit 65). */
export function loadPlan(invocation: Invocation, workflow: string | undefined): LoadedPlan {
  const result = tryLoadPlan(invocation, workflow);
  printDiagnostics(invocation, result.ok ? result.loaded.diagnostics : result.wrong.diagnostics);
  if (result.ok) return result.loaded;
  throw new RefusedError({ exitCode: 65, message: `nothing was done: ${countErrors(result.wrong.diagnostics)} above.` });
}

/** Diagnostics as code frames on stderr; hints only with --verbose, errors alone with --quiet. */
export function printDiagnostics({ flags, ports }: Invocation, diagnostics: readonly Diagnostic[]): void {
  const shown = diagnostics.filter(
    ({ severity }) => severity === 'error' || (severity === 'warning' ? !flags.has('quiet') : flags.has('verbose')),
  );
  if (shown.length > 0) ports.stderr.write(renderDiagnostics(shown, { color: wantsColor(ports.stderr, flags, ports) }));
}

function countErrors(diagnostics: readonly Diagnostic[]): string {
  const count = diagnostics.filter(({ severity }) => severity === 'error').length;
  return count === 1 ? 'mend the error' : `mend the ${count} errors`;
}

function refuseUnknownWorkflow(file: DeploymentFile, name: string): void {
  const names = workflowNames(file);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  refuseUsage(`${file.source.path} has no workflow ${JSON.stringify(name)}.`, near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`);
}
