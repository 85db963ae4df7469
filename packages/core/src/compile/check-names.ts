import type { Report } from '../diagnostics/report.js';
import type { SourceSpan } from '../diagnostics/source.js';
import type { TaskEntry, Workflow } from '../domain/deployment-file.js';
import { canonicalName } from './definitions.js';

interface Use {
  readonly kind: 'task' | 'step';
  readonly name: string;
  readonly span: SourceSpan;
}

/**
 * Rule 12: a task, an `X.all` and a step's name stand at most once in a workflow, and no step is named like a
 * task. About names as written: what an `X.all` stands for does not count. True when all is well.
 */
export function checkNames(workflow: Workflow, report: Report): boolean {
  const first = new Map<string, Use>();
  const uses = usesOf(workflow);
  for (const use of uses) {
    const earlier = first.get(use.name);
    if (earlier === undefined) first.set(use.name, use);
    else reportDuplicate(workflow.name.value, [earlier, use], report);
  }
  return first.size === uses.length;
}

/** The entries of a workflow as written, in file order. */
export function entriesOf(workflow: Workflow): readonly TaskEntry[] {
  return workflow.form === 'order_from' ? workflow.entries : workflow.steps.flatMap(({ entries }) => entries);
}

function usesOf(workflow: Workflow): readonly Use[] {
  const tasks = entriesOf(workflow).map(({ task }): Use => {
    return { kind: 'task', name: canonicalName(task.value), span: task.span };
  });
  if (workflow.form === 'order_from') return tasks;
  const steps = workflow.steps.map(({ name }): Use => ({ kind: 'step', name: name.value, span: name.span }));
  return [...tasks, ...steps].toSorted((left, right) => left.span.start - right.span.start);
}

function reportDuplicate(workflow: string, [first, second]: readonly [Use, Use], report: Report): void {
  const mixed = first.kind !== second.kind;
  report.add({
    code: 'compile/duplicate-name',
    message: mixed
      ? `${second.name} is the name of a task and of a step of workflow ${workflow}.`
      : `${second.kind === 'task' ? 'Task' : 'Step'} ${second.name} stands twice in workflow ${workflow}.`,
    help: helpFor(mixed ? 'mixed' : second.kind),
    span: second.span,
    related: [
      { message: first.kind === 'task' ? 'The task is listed here.' : 'The step is here.', span: first.span },
    ],
  });
}

function helpFor(kind: 'mixed' | Use['kind']): string {
  if (kind === 'mixed') return 'Give the step another name, so that `needs` can tell the two apart.';
  if (kind === 'step') return 'Give one of the steps another name.';
  return 'Remove one of the two: a workflow runs a task once.';
}
