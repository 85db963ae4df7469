import type { Report } from '../diagnostics/report.js';
import type { DeploymentFile, JobDefinition, Workflow } from '../domain/deployment-file.js';
import { sectionNames, taskId, type TaskId } from '../domain/ids.js';
import { entriesOf } from './check-names.js';

/** The checks that look at the file as a whole: what no workflow deploys, what one workflow forgot. */
export function lintFile(file: DeploymentFile, workflows: readonly Workflow[], report: Report): void {
  lintEmptiness(file, report);
  lintUnusedServices(file, workflows, report);
  lintForgottenJobs(file, workflows, report);
}

// A misspelt section would have been told by the parser: here the author has not begun, or took the wrong file.
function lintEmptiness(file: DeploymentFile, report: Report): void {
  if (file.workflows.length > 0 || sectionNames.some((section) => file[section].length > 0)) return;
  const [line = ''] = /\S.*/.exec(file.source.text) ?? [];
  const start = file.source.text.indexOf(line);
  report.add({
    code: 'compile/nothing-defined',
    message: 'The file defines no service, job or chart: there is nothing to deploy.',
    help: 'Add one, e.g. `services: [{name: web, image: nginx}]`.',
    span: { file: file.source, start, end: start + line.trimEnd().length },
  });
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
 * Every job of `setup` that `patch` leaves out is worth a warning (semantics.md §4). It has one of its own when
 * something says that it belongs there: `patch` redeploys the service it borrows from, or runs jobs that stand beside
 * it in `setup`. The others share one, lest a file that leaves out whole steps hides what it forgot.
 */
function lintForgottenJobs(file: DeploymentFile, workflows: readonly Workflow[], report: Report): void {
  const setup = workflows.find(({ name }) => name.value === 'setup');
  const patch = workflows.find(({ name }) => name.value === 'patch');
  if (setup === undefined || patch === undefined) return;
  const [setUp, patched, stepOf] = [listing(setup), listing(patch), stepFinder(setup)];
  const patchedIn = new Map<string, JobDefinition>();
  for (const job of file.jobs) {
    const step = stepOf(job);
    if (step !== undefined && !patchedIn.has(step) && patched(idOf(job))) patchedIn.set(step, job);
  }
  const forgotten = file.jobs.filter((job) => setUp(idOf(job)) && !patched(idOf(job)));
  const others: JobDefinition[] = [];
  for (const job of forgotten) {
    const evidence = reasonToRun(job, { stepOf, patched, patchedIn });
    if (evidence === undefined) others.push(job);
    else reportForgotten([job], { patch, evidence, report });
  }
  reportForgotten(others, { patch, evidence: undefined, report });
}

interface Forgetting {
  readonly patch: Workflow;
  readonly evidence: string | undefined;
  readonly report: Report;
}

/** How many jobs one warning names. */
const namesMax = 3;

function reportForgotten(jobs: readonly JobDefinition[], { patch, evidence, report }: Forgetting): void {
  const [first, ...others] = jobs;
  if (first === undefined) return;
  const named = jobs.slice(0, namesMax).map(idOf).join(', ');
  const names = jobs.length > namesMax ? `${named} and ${jobs.length - namesMax} more` : named;
  const them = others.length > 0 ? 'them' : idOf(first);
  report.add({
    code: 'compile/job-missing-in-patch',
    message: `setup runs ${names}, patch does not${evidence === undefined ? '' : `, although ${evidence}`}.`,
    help: `List ${them} in patch too if a new version needs ${others.length > 0 ? 'them' : 'it'}.`,
    span: first.name.span,
    related: [
      { message: 'patch is here.', span: patch.name.span },
      ...others
        .slice(0, namesMax - 1)
        .map((job) => ({ message: `${idOf(job)} is here.`, span: job.name.span })),
    ],
  });
}

function idOf({ name }: JobDefinition): TaskId {
  return taskId('jobs', name.value);
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
