import type { Report } from '../diagnostics/report.js';
import type { Located } from '../diagnostics/source.js';
import type { StepDefinition, TaskEntry, Workflow } from '../domain/deployment-file.js';
import { sectionOfKind, stepName, type Section, type TaskId, type TaskKind } from '../domain/ids.js';
import type { TaskNode } from '../domain/plan.js';
import { entriesOf } from './check-names.js';
import {
  canonicalName,
  catchAllSection,
  nearestTask,
  suggestionsMax,
  type Definition,
  type Definitions,
} from './definitions.js';
import { orderCatchAll } from './order-catch-all.js';
import type { ResolvedStep, ResolvedTask, ResolvedWorkflow } from './resolved-workflow.js';

/** Rule 8: for all attempts of a job together. */
const defaultTimeoutMs: Readonly<Record<TaskKind, number>> = {
  service: 600_000,
  job: 1_200_000,
  chart: 600_000,
  'remove-environment': 600_000,
};

/** What a step says about all of its tasks; under `order_from` there is nobody to say it. */
interface StepHead {
  readonly name: Located<string>;
  readonly waitForFinish: boolean;
  readonly haltOnError?: boolean | undefined;
}

interface Resolving {
  readonly definitions: Definitions;
  readonly leftOut: ReadonlySet<string>;
  readonly report: Report;
  readonly timeoutMs: number | undefined;
  /** Names as written: an `X.all` leaves them out, and the second time they stand they count no more. */
  readonly written: ReadonlySet<string>;
  readonly placed: Set<string>;
  readonly unknown: Set<string>;
}

/** Replaces every name of a workflow by what it stands for, and settles what each task's keys are. */
export function resolveWorkflow(
  workflow: Workflow,
  definitions: Definitions,
  options: {
    readonly report: Report;
    /** Names that stand for nothing here, though they are no mistakes. */
    readonly leftOut: ReadonlySet<string>;
    readonly synthesized: boolean;
    /** Of tasks that say none themselves; default: rule 8's. */
    readonly timeoutMs?: number | undefined;
  },
): ResolvedWorkflow {
  const resolving: Resolving = {
    definitions,
    leftOut: options.leftOut,
    report: options.report,
    timeoutMs: options.timeoutMs,
    written: new Set(entriesOf(workflow).map(({ task }) => canonicalName(task.value))),
    placed: new Set(),
    unknown: new Set(),
  };
  const steps =
    workflow.form === 'order_from'
      ? workflow.entries.flatMap((entry) => serialSteps(entry, resolving)).map(placeStep)
      : workflow.steps.map((step) => parallelStep(step, resolving)).map(placeStep);
  const tasks = steps.flatMap((step) => step.tasks);
  return {
    name: workflow.name.value,
    steps,
    tasks: new Map(tasks.map((task): [TaskId, ResolvedTask] => [task.node.id, task])),
    stepByName: new Map(steps.map((step) => [step.step.name, step])),
    unknown: resolving.unknown,
    synthesized: options.synthesized,
  };
}

interface UnplacedStep {
  readonly head: StepHead;
  readonly tasks: readonly Omit<ResolvedTask, 'stepAt'>[];
}

function placeStep({ head, tasks }: UnplacedStep, stepAt: number): ResolvedStep {
  return {
    step: {
      name: stepName(head.name.value),
      waitForFinish: head.waitForFinish,
      tasks: tasks.map(({ node }) => node.id),
      span: head.name.span,
    },
    tasks: tasks.map((task) => ({ ...task, stepAt })),
  };
}

function parallelStep(step: StepDefinition, resolving: Resolving): UnplacedStep {
  const tasks = step.entries.flatMap((entry) =>
    expand(entry, resolving).map((definition) => resolveTask(definition, entry, { step, resolving })),
  );
  return { head: step, tasks };
}

/** Rule 10: every entry a step of its own, named after its task; an `X.all` one step per member. */
function serialSteps(entry: TaskEntry, resolving: Resolving): readonly UnplacedStep[] {
  const members = expand(entry, resolving);
  const ordered = members.length > 1 ? orderCatchAll(members, entry, resolving.report) : members;
  return ordered.map((definition) => {
    const name = { value: definition.id, span: entry.task.span };
    const head: StepHead = { name, waitForFinish: entry.waitForFinish ?? true };
    return { head, tasks: [resolveTask(definition, entry, { step: head, resolving })] };
  });
}

/** What an entry stands for, without what stands in the workflow already (`checkNames` reports that). */
function expand(entry: TaskEntry, resolving: Resolving): readonly Definition[] {
  const name = canonicalName(entry.task.value);
  if (resolving.placed.has(name)) return [];
  resolving.placed.add(name);
  const section = catchAllSection(name);
  if (section !== undefined) return catchAllMembers(section, entry, resolving);
  const definition = resolving.definitions.get(name);
  if (definition !== undefined) return [definition];
  resolving.unknown.add(name);
  if (resolving.leftOut.has(name)) reportLeftOut(entry, resolving.report);
  else reportUnknownTask(entry, resolving);
  return [];
}

function reportLeftOut({ task }: TaskEntry, report: Report): void {
  report.add({
    code: 'compile/left-out',
    message: `${task.value} is left out: Release provisions it by Terraform, which Flotilla does not run.`,
    help: 'Provision or destroy it yourself, or by a job whose image holds Terraform.',
    span: task.span,
  });
}

function catchAllMembers(section: Section, entry: TaskEntry, resolving: Resolving): readonly Definition[] {
  const members = [...resolving.definitions.values()].filter(
    ({ kind, id }) =>
      kind !== 'remove-environment' && sectionOfKind[kind] === section && !resolving.written.has(id),
  );
  if (members.length === 0) {
    resolving.report.add({
      code: 'compile/catch-all-empty',
      message: `${section}.all stands for nothing: this workflow names every one of the ${section} itself, or there are none.`,
      help: 'Remove it.',
      span: entry.task.span,
    });
  }
  return members;
}

function reportUnknownTask({ task }: TaskEntry, { definitions, leftOut, report, unknown }: Resolving): void {
  const near =
    unknown.size > suggestionsMax ? undefined : nearestTask(task.value, [...definitions.keys(), ...leftOut]);
  report.add({
    code: 'compile/unknown-task',
    message: `The file defines no ${task.value}.`,
    help:
      near === undefined
        ? 'A task is services.X, jobs.X, charts.X, an X.all or release.remove_environment.'
        : `Did you mean ${near}?`,
    span: task.span,
  });
}

/** The nearest key wins: the entry's, then the definition's own, then the step's (semantics.md §1). */
function resolveTask(
  definition: Definition,
  entry: TaskEntry,
  { step, resolving }: { readonly step: StepHead; readonly resolving: Resolving },
): Omit<ResolvedTask, 'stepAt'> {
  const { kind, id, name } = definition;
  const node: TaskNode = {
    kind,
    id,
    name,
    step: stepName(step.name.value),
    timeoutMs: entry.timeoutMs ?? definition.timeoutMs ?? resolving.timeoutMs ?? defaultTimeoutMs[kind],
    attemptsMax: kind === 'job' ? (entry.attempts?.value ?? definition.attempts ?? 1) : 1,
    haltOnError: entry.haltOnError ?? definition.haltOnError ?? step.haltOnError ?? false,
    waitForFinish: entry.waitForFinish ?? step.waitForFinish,
    span: entry.task.span,
  };
  return { node, needs: entry.needs, dependsOn: definition.dependsOn };
}
