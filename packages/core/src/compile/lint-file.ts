import type { Report } from '../diagnostics/report.js';
import type { DeploymentFile, JobDefinition, Workflow } from '../domain/deployment-file.js';
import { taskId } from '../domain/ids.js';
import { entriesOf } from './check-names.js';

/** The checks that look at the file as a whole: what no workflow deploys, what one workflow forgot. */
export function lintFile(file: DeploymentFile, workflows: readonly Workflow[], report: Report): void {
  lintUnusedServices(file, workflows, report);
  lintForgottenJobs(file, workflows, report);
}

// A service that only lends its image to a job (`from_services`) need not be deployed.
function lintUnusedServices(file: DeploymentFile, workflows: readonly Workflow[], report: Report): void {
  const named = new Set(workflows.flatMap(entriesOf).map(({ task }) => task.value));
  if (named.has('services.all')) return;
  const borrowed = new Set(file.jobs.map(({ fromServices }) => fromServices?.value));
  for (const { name } of file.services) {
    if (named.has(taskId('services', name.value)) || borrowed.has(name.value)) continue;
    report.add({
      code: 'compile/unused-service',
      message: `No workflow deploys service ${name.value}.`,
      help: `List services.${name.value} in a workflow, or remove the service.`,
      span: name.span,
    });
  }
}

/**
 * `patch` is meant to run less than `setup`, so a job that is missing there is worth a word only when something
 * says that it belongs: `patch` runs jobs that stand beside it in `setup`, or redeploys the service it borrows from.
 */
function lintForgottenJobs(file: DeploymentFile, workflows: readonly Workflow[], report: Report): void {
  const setup = workflows.find(({ name }) => name.value === 'setup');
  const patch = workflows.find(({ name }) => name.value === 'patch');
  if (setup === undefined || patch === undefined) return;
  const patched = listing(patch);
  const setUp = listing(setup);
  const stepOf = stepFinder(setup);
  const patchedIn = new Map<string, JobDefinition>();
  for (const job of file.jobs) {
    const step = stepOf(job);
    if (step !== undefined && !patchedIn.has(step) && patched(taskId('jobs', job.name.value)))
      patchedIn.set(step, job);
  }
  for (const job of file.jobs) {
    const id = taskId('jobs', job.name.value);
    if (patched(id) || !setUp(id)) continue;
    const evidence = reasonToRun(job, { stepOf, patched, patchedIn });
    if (evidence === undefined) continue;
    report.add({
      code: 'compile/job-missing-in-patch',
      message: `setup runs ${id}, patch does not, although ${evidence}.`,
      help: `List ${id} in patch too if a new version needs it.`,
      span: job.name.span,
      related: [{ message: 'patch is here.', span: patch.name.span }],
    });
  }
}

/** Whether a workflow runs a task, by its own name or through an `X.all`. */
function listing(workflow: Workflow): (id: string) => boolean {
  const names = new Set(entriesOf(workflow).map(({ task }) => task.value));
  return (id) => names.has(id) || names.has(`${id.slice(0, id.indexOf('.'))}.all`);
}

interface Patching {
  readonly stepOf: (job: JobDefinition) => string | undefined;
  readonly patched: (id: string) => boolean;
  /** A job of each step of `setup` that `patch` runs too. */
  readonly patchedIn: ReadonlyMap<string, JobDefinition>;
}

function reasonToRun(job: JobDefinition, { stepOf, patched, patchedIn }: Patching): string | undefined {
  const lender = job.fromServices?.value;
  if (lender !== undefined && patched(taskId('services', lender))) {
    return `patch redeploys services.${lender}, from which the job takes its image`;
  }
  const step = stepOf(job);
  const sibling = step === undefined ? undefined : patchedIn.get(step);
  if (step === undefined || sibling === undefined) return undefined;
  return `patch runs jobs.${sibling.name.value}, which stands beside it in step ${step} of setup`;
}

/** Finds the name of the step in which a workflow runs a job; none under `order_from`, where every task is alone. */
function stepFinder(workflow: Workflow): (job: JobDefinition) => string | undefined {
  const steps = workflow.form === 'order_from' ? [] : workflow.steps;
  const stepWith = new Map(
    steps.flatMap(({ name, entries }) => entries.map(({ task }) => [task.value, name.value] as const)),
  );
  return ({ name }) => stepWith.get(taskId('jobs', name.value)) ?? stepWith.get('jobs.all');
}
