import type { Checked, Diagnostic, SourceSpan } from '@flotilla/core';
import { parseManifests } from './parse-manifests.js';
import type { Manifest } from './parse-manifests.js';
import type { ProgramResult, RunProgram } from './run-program.js';

const renderTimeoutMs = 120_000;

/** A renderer and how to call it; the next one is asked when a program is missing. */
export interface RenderCommand {
  readonly program: string;
  readonly args: readonly string[];
}

export interface RenderRequest {
  /** In order of choice; at least one. */
  readonly commands: readonly RenderCommand[];
  readonly directory: string;
  /** What is rendered, for messages: `the kustomization k8s/web`. */
  readonly what: string;
  /** What to do when no program is there. */
  readonly install: string;
  /** The words of the flotilla file that ask for it. */
  readonly span: SourceSpan;
}

/** The objects that the first renderer that is there prints. Its own errors become a diagnostic at `span`. */
export async function renderWithProgram(
  request: RenderRequest,
  runProgram: RunProgram,
): Promise<Checked<readonly Manifest[]>> {
  const [command, ...others] = request.commands;
  if (command === undefined) return refuse(request, `no program to render ${request.what}`, request.install);
  const result = await runProgram({ ...command, directory: request.directory, timeoutMs: renderTimeoutMs });
  if (result.kind === 'missing') return renderWithProgram({ ...request, commands: others }, runProgram);
  if (result.kind === 'exited' && result.code === 0) return readOutput(request, result.stdout);
  return refuse(request, `${command.program} cannot render ${request.what}: ${failureOf(result)}`);
}

function readOutput(request: RenderRequest, text: string): Checked<readonly Manifest[]> {
  const parsed = parseManifests({ path: request.what, text });
  if (!parsed.ok) return parsed;
  // People look for an object where they asked for it, not in a text that no file holds.
  const value = parsed.value.map((manifest) => ({ ...manifest, span: request.span }));
  return { ...parsed, value };
}

function failureOf(result: Exclude<ProgramResult, { kind: 'missing' }>): string {
  if (result.kind === 'stopped') return 'it was stopped';
  if (result.kind === 'timed-out') return `it did not end within ${renderTimeoutMs / 1000} s`;
  const told = result.stderr.split('\n').filter((line) => line.trim() !== '' && !isHelmsAdvice(line));
  const lines = told.slice(-5).join('\n');
  return lines === '' ? `exit code ${result.code}` : lines.replace(/^error: /i, '');
}

/** About a flag of helm's own, which nobody who deploys with Flotilla can give. */
function isHelmsAdvice(line: string): boolean {
  return line.startsWith('Use --debug flag');
}

function refuse(request: RenderRequest, message: string, help?: string): Checked<never> {
  const diagnostic: Diagnostic = {
    code: 'manifest/render-failed',
    severity: 'error',
    message,
    ...(help !== undefined && { help }),
    span: request.span,
    related: [],
  };
  return { ok: false, diagnostics: [diagnostic] };
}
