import { posix, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Located, SourceFile } from '../diagnostics/source.js';
import type { DeploymentFile } from '../domain/deployment-file.js';
import { readText } from './find-file.js';
import { joinDefinitions } from './join-definitions.js';
import { moveTo } from './move-to.js';

/** How to read an included file. */
export interface IncludeOptions {
  /** Absolute: what the including file's paths are relative to. */
  readonly directory: string;
  readonly parse: (source: SourceFile) => {
    readonly file: DeploymentFile | undefined;
    readonly diagnostics: readonly Diagnostic[];
  };
}

/** The file with all that its `include` names, and what is wrong with those files. */
export interface IncludedFiles {
  readonly file: DeploymentFile;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Adds what other files define (their services, jobs, charts and shared volumes) to a file that includes them, with
 * their paths moved to it: so one workflow can deploy several projects, each of which says by itself what it is made
 * of. Who is deployed, where and in what order is said by the including file alone.
 */
export function includeFiles(file: DeploymentFile, options: IncludeOptions): IncludedFiles {
  return file.include.reduce<IncludedFiles>(
    (joined, include) => {
      const read = readIncluded(include, file, options);
      if (read.file === undefined)
        return { ...joined, diagnostics: [...joined.diagnostics, ...read.diagnostics] };
      const next = joinDefinitions(joined.file, read.file);
      return {
        file: next.file,
        diagnostics: [...joined.diagnostics, ...read.diagnostics, ...next.diagnostics],
      };
    },
    { file, diagnostics: [] },
  );
}

interface ReadFile {
  readonly file?: DeploymentFile;
  readonly diagnostics: readonly Diagnostic[];
}

function readIncluded(
  include: Located<string>,
  { source }: DeploymentFile,
  { directory, parse }: IncludeOptions,
): ReadFile {
  const shown = posix.join(posix.dirname(source.path), include.value);
  const read = readText(resolve(directory, include.value), shown);
  if (!read.ok) return { diagnostics: [missing(include, read.refusal.message)] };
  if (read.text === undefined) return { diagnostics: [missing(include, `There is no file ${shown}.`)] };
  const parsed = parse({ path: shown, text: read.text });
  if (parsed.file === undefined) return { diagnostics: parsed.diagnostics };
  return {
    file: moveTo(parsed.file, posix.dirname(include.value)),
    diagnostics: [...parsed.diagnostics, ...refuseNested(parsed.file), ...namePassedOver(parsed.file)],
  };
}

function missing(include: Located<string>, message: string): Diagnostic {
  return {
    code: 'load/include-missing',
    severity: 'error',
    message,
    help: 'Paths under `include` are relative to the file that includes.',
    span: include.span,
    related: [],
  };
}

function refuseNested({ include, source }: DeploymentFile): readonly Diagnostic[] {
  const [first] = include;
  if (first === undefined) return [];
  return [
    {
      code: 'load/include-nested',
      severity: 'error',
      message: `${source.path} is included, so it cannot include other files.`,
      help: 'Name them all in the file that is deployed: one place says what belongs to a deployment.',
      span: first.span,
      related: [],
    },
  ];
}

function namePassedOver({ workflows, source }: DeploymentFile): readonly Diagnostic[] {
  return workflows.map(({ name }) => ({
    code: 'load/include-ignored',
    severity: 'warning',
    message: `The workflow ${name.value} is ignored: ${source.path} is included, and the order is said by the file that includes it.`,
    help: 'Move it there, or take it out.',
    span: name.span,
    related: [],
  }));
}
