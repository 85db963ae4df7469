import type { DeploymentFile, StepDefinition, TaskEntry, Workflow } from '../domain/deployment-file.js';
import type { Located, SourceSpan } from '../diagnostics/source.js';
import { removeEnvironmentId, sectionNames, taskId } from '../domain/ids.js';

/** The workflows of a file; of one without any, those that rule 11 makes: `setup` and `teardown`. */
export function workflowsOf(file: DeploymentFile): readonly Workflow[] {
  return file.workflows.length > 0 ? file.workflows : [wholeSetup(file), wholeTeardown(file)];
}

/**
 * The workflow of that name; undefined when there is none. Every file has a `teardown`: where none is written it is the
 * one of rule 11, for whoever deploys something can be rid of it.
 */
export function findWorkflow(file: DeploymentFile, name: string): Workflow | undefined {
  const written = workflowsOf(file).find((workflow) => workflow.name.value === name);
  return written ?? (name === 'teardown' ? wholeTeardown(file) : undefined);
}

/** True for a file whose workflows nobody wrote. */
export function isWorkflowless(file: DeploymentFile): boolean {
  return file.workflows.length === 0;
}

/** The names of the file's workflows in its order; those of rule 11 when it has none. */
export function workflowNames(file: DeploymentFile): readonly string[] {
  return workflowsOf(file).map(({ name }) => name.value);
}

/** `setup`, or the only one there is. `setup` too when there are several but none of that name. */
export function defaultWorkflow(file: DeploymentFile): string {
  const [first, ...others] = workflowNames(file);
  return first !== undefined && others.length === 0 ? first : 'setup';
}

function wholeSetup(file: DeploymentFile): Workflow {
  const entries = sectionNames.flatMap((section) =>
    file[section].map(({ name }) => entryFor({ value: taskId(section, name.value), span: name.span })),
  );
  return wholeWorkflow(file, 'setup', { step: 'all', entries });
}

function wholeTeardown(file: DeploymentFile): Workflow {
  const entries = [entryFor({ value: removeEnvironmentId, span: startOf(file) })];
  return wholeWorkflow(file, 'teardown', { step: 'remove-environment', entries });
}

function wholeWorkflow(
  file: DeploymentFile,
  name: string,
  only: { readonly step: string; readonly entries: readonly TaskEntry[] },
): Workflow {
  const span = startOf(file);
  const step: StepDefinition = {
    name: { value: only.step, span },
    waitForFinish: true,
    entries: only.entries,
    span,
  };
  return { form: 'parallelize', name: { value: name, span }, steps: [step], list: span, span };
}

function entryFor(task: Located<string>): TaskEntry {
  return { task, span: task.span };
}

function startOf(file: DeploymentFile): SourceSpan {
  return { file: file.source, start: 0, end: 0 };
}
