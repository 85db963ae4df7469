import { basename } from 'node:path';
import { defaultWorkflow, findWorkflow, workflowNames } from '../compile/choose-workflow.js';
import { compilePlan, type CompileOptions } from '../compile/compile-plan.js';
import { hasErrors, strict, type Diagnostic } from '../diagnostics/diagnostic.js';
import { nearest } from '../diagnostics/nearest.js';
import type { DeploymentFile, Variables } from '../domain/deployment-file.js';
import type { Plan } from '../domain/plan.js';
import type { Refusal } from '../domain/refusal.js';
import { parseDeploymentFile, type ParsedFile, type PartialFile } from '../parse/parse-deployment-file.js';
import { findFile, type FoundFile } from './find-file.js';
import { includeFiles, type IncludeOptions } from './include-files.js';

/** Which workflow of which file, and how to read it. */
export interface LoadOptions {
  /** Absolute. */
  readonly workingDirectory: string;
  /** Default: the first of the default files that exists. */
  readonly path?: string;
  /** The text of the file `path`, which need not exist then; paths in it are relative to that one's folder all the same. */
  readonly text?: string;
  /** Default: `setup`, or the only one there is. */
  readonly workflow?: string;
  readonly envId?: string;
  readonly parameters: Variables['parameters'];
  readonly environment: Variables['environment'];
  /** Warnings are errors. */
  readonly strict: boolean;
  readonly compile?: Omit<CompileOptions, 'workflow'>;
}

/** A workflow that may be shown or run. */
export interface LoadedPlan extends FoundFile {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Warnings and hints. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The plan; or `wrong`, what is wrong with the file, under the names by which it would have been known; or
 * `refused`, when there is no such file (66) or no such workflow (64).
 */
export type LoadPlanResult =
  | { readonly kind: 'loaded'; readonly loaded: LoadedPlan }
  | {
      readonly kind: 'wrong';
      readonly name: string;
      readonly workflow: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** From a path to a plan: finds, reads, parses and compiles. Never throws for what people wrote. */
export function loadPlan(options: LoadOptions): LoadPlanResult {
  const found = findFile(options.workingDirectory, options.path, options.text);
  if (!found.ok) return { kind: 'refused', refusal: found.refusal };
  const parsed = parseFound(found, options);
  const mend = options.strict ? strict : (diagnostics: readonly Diagnostic[]) => diagnostics;
  const wrong = (name: string, workflow: string, diagnostics: readonly Diagnostic[]): LoadPlanResult => ({
    kind: 'wrong',
    name,
    workflow,
    diagnostics,
  });
  if (!parsed.ok) {
    const name = parsed.partial?.file.name ?? basename(found.directory);
    return wrong(name, options.workflow ?? 'setup', mend(findMoreMistakes(parsed, options)));
  }
  const { file, diagnostics: included } = includeFiles(
    parsed.value,
    includeOptions(found, { envId: parsed.value.name, ...options }),
  );
  const workflow = options.workflow ?? defaultWorkflow(file);
  const unknown = refuseUnknownWorkflow(file, workflow);
  if (unknown !== undefined) return { kind: 'refused', refusal: unknown };
  const before = [...parsed.diagnostics, ...included];
  // What an included file fails to define would be missed at every place that names it.
  if (hasErrors(included)) return wrong(file.name, workflow, mend(before));
  const compiled = compilePlan(file, { ...options.compile, workflow });
  const diagnostics = mend([...before, ...compiled.diagnostics]);
  if (!compiled.ok || hasErrors(diagnostics)) return wrong(file.name, workflow, diagnostics);
  const { source, directory } = found;
  return { kind: 'loaded', loaded: { source, directory, file, plan: compiled.value, diagnostics } };
}

// An included file means by ${env_id} what the deployment means by it.
function includeOptions(found: FoundFile, options: LoadOptions): IncludeOptions {
  return {
    directory: found.directory,
    parse: (source) => {
      const parsed = parseFound({ source, directory: found.directory }, options);
      return { file: parsed.ok ? parsed.value : undefined, diagnostics: parsed.diagnostics };
    },
  };
}

function parseFound({ source, directory }: FoundFile, options: LoadOptions) {
  return parseDeploymentFile(source, {
    folderName: basename(directory),
    parameters: options.parameters,
    environment: options.environment,
    ...(options.envId !== undefined && { envId: options.envId }),
  });
}

/**
 * The mistakes of a file that cannot be parsed, with those that the compiler finds in what could be read: all come
 * in one pass (semantics.md §4). Left out is what may only follow from a mistake that is among them already.
 */
function findMoreMistakes(
  { diagnostics, partial }: Extract<ParsedFile, { readonly ok: false }>,
  options: LoadOptions,
): readonly Diagnostic[] {
  if (partial === undefined || partial.unsure.has('workflows')) return diagnostics;
  const [workflow] = workflowNames(partial.file);
  if (workflow === undefined) return diagnostics;
  const compiled = compilePlan(partial.file, { ...options.compile, workflow });
  const further = compiled.diagnostics.filter(
    (found) => found.severity === 'error' && !mayFollow(found, diagnostics, partial),
  );
  return [...diagnostics, ...further].toSorted((left, right) => left.span.start - right.span.start);
}

function mayFollow(found: Diagnostic, before: readonly Diagnostic[], { file, unsure }: PartialFile): boolean {
  if (before.some(({ span }) => span.start < found.span.end && found.span.start < span.end)) return true;
  const isMissing = found.code === 'compile/unknown-task' || found.code === 'compile/unknown-need';
  if (!isMissing) return false;
  const words = file.source.text.slice(found.span.start, found.span.end);
  if ([...unsure].some((section) => words.includes(`${section}.`))) return true;
  // What a workflow runs is known only when all of it could be read.
  const workflow = file.workflows.find(
    ({ span }) => span.start <= found.span.start && found.span.end <= span.end,
  );
  return (
    found.code === 'compile/unknown-need' &&
    before.some(
      ({ span }) =>
        workflow !== undefined && workflow.span.start <= span.start && span.end <= workflow.span.end,
    )
  );
}

function refuseUnknownWorkflow(file: DeploymentFile, workflow: string): Refusal | undefined {
  if (findWorkflow(file, workflow) !== undefined) return undefined;
  const names = workflowNames(file);
  const near = nearest(workflow, names);
  return {
    exitCode: 64,
    message: `${file.source.path} has no workflow ${JSON.stringify(workflow)}.`,
    help: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`,
  };
}
