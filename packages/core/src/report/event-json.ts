import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { RunEvent } from '../domain/event.js';
import type { TaskOutcome } from '../domain/outcome.js';
import { planToJson } from './plan-json.js';

/** A run event as cli.md prints it: one JSON object with `type`, `at` and the fields of its type. */
export type RunEventDocument = Readonly<Record<string, unknown>> & {
  readonly type: RunEvent['type'];
  readonly at: number;
};

/**
 * The event as a plain object with the field names of cli.md, in its order. Times are milliseconds. `diagnostics` are
 * those of the plan, which the first event carries as `plan -o json` shows it.
 */
export function eventToJson(event: RunEvent, diagnostics: readonly Diagnostic[] = []): RunEventDocument {
  switch (event.type) {
    case 'run-started': {
      const { type, at, run, cluster, plan, part } = event;
      const { name, workflow } = plan;
      return {
        type,
        at,
        run,
        name,
        workflow,
        cluster,
        ...(part !== undefined && { part }),
        plan: planToJson(plan, diagnostics, { name, workflow }),
      };
    }
    case 'task-settled': {
      const { type, at, task, step, outcome, kept } = event;
      return { type, at, task, step, ...outcomeToJson(outcome), ...(kept !== undefined && { kept }) };
    }
    case 'step-opened':
    case 'step-settled':
    case 'task-started':
    case 'task-progressed':
    case 'task-logged':
    case 'task-recovered':
    case 'run-settled':
      return { ...event };
  }
}

function outcomeToJson({ kind, ...told }: TaskOutcome): Readonly<Record<string, unknown>> {
  return { outcome: kind, ...told };
}
