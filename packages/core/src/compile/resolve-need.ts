import { nearest } from '../diagnostics/nearest.js';
import type { Report } from '../diagnostics/report.js';
import type { Located, SourceSpan } from '../diagnostics/source.js';
import { stepName, type StepName, type TaskId } from '../domain/ids.js';
import {
  canonicalName,
  catchAllSection,
  nearestTask,
  suggestionsMax,
  type Definition,
  type Definitions,
} from './definitions.js';
import type { ResolvedWorkflow } from './resolved-workflow.js';

/** What a name in `needs` stands for. */
export type Need =
  | { readonly kind: 'task'; readonly id: TaskId; readonly span: SourceSpan }
  | { readonly kind: 'step'; readonly step: StepName; readonly span: SourceSpan };

interface Needing {
  readonly workflow: ResolvedWorkflow;
  readonly definitions: Definitions;
  readonly report: Report;
  /** Names in `needs` that stand for nothing, so far. */
  readonly unknownNeeds: Set<string>;
}

/** Rule 5: a task or step of the same workflow, wherever it stands; undefined for anything else (reported). */
export function resolveNeed(name: Located<string>, task: TaskId, needing: Needing): Need | undefined {
  const { workflow, definitions } = needing;
  const definition = definitions.get(canonicalName(name.value));
  if (definition !== undefined && workflow.tasks.has(definition.id)) {
    return { kind: 'task', id: definition.id, span: name.span };
  }
  const step = stepName(name.value);
  if (workflow.stepByName.has(step)) return { kind: 'step', step, span: name.span };
  if (!workflow.unknown.has(name.value)) reportUnknown(name, { ...needing, task, definition });
  return undefined;
}

function reportUnknown(
  { value, span }: Located<string>,
  {
    workflow,
    report,
    unknownNeeds,
    task,
    definition,
  }: Needing & { readonly task: TaskId; readonly definition: Definition | undefined },
): void {
  const add = (message: string, help: string) => {
    report.add({ code: 'compile/unknown-need', message, help, span });
  };
  if (catchAllSection(value) !== undefined) {
    add(
      `needs takes tasks and steps, but ${value} is neither.`,
      'Name the tasks, or the step that holds them.',
    );
  } else if (definition !== undefined) {
    add(
      `${task} needs ${value}, which the file defines but workflow ${workflow.name} does not run, so it would wait for ever.`,
      `List ${value} in a step of ${workflow.name}, or remove it from the needs: what a workflow does not run is taken as already there.`,
    );
  } else {
    unknownNeeds.add(value);
    const near = unknownNeeds.size > suggestionsMax ? undefined : nearestNeed(value, workflow);
    add(
      `${task} needs ${value}, but workflow ${workflow.name} has no task or step of that name.`,
      near === undefined
        ? `Its steps are ${[...workflow.stepByName.keys()].join(', ')}.`
        : `Did you mean ${near}?`,
    );
  }
}

function nearestNeed(written: string, { stepByName, tasks }: ResolvedWorkflow): string | undefined {
  return nearest(written, stepByName.keys()) ?? nearestTask(written, tasks.keys());
}
