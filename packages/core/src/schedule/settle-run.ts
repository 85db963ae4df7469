import type { RunSettled } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import { isError } from '../domain/outcome.js';
import type { CancelReason, RunOutcome } from '../domain/outcome.js';
import type { Plan } from '../domain/plan.js';
import { findCriticalPath } from './critical-path.js';
import type { CutShort } from './outcomes.js';
import type { SettledTask } from './task-states.js';

export interface RunEnd {
  readonly plan: Plan;
  readonly atMs: number;
  readonly stateOf: (task: TaskId) => SettledTask;
  /** Absent when the run went to its end. */
  readonly cutShort: CutShort | undefined;
  readonly allowDegraded: boolean;
}

// A lost lock and a newer run are somebody else's doing, as a SIGTERM is, so they end with the same code.
/** How a cancelled run ends for whoever started it. */
export const cancelledExitCodes: Readonly<Record<CancelReason, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  'lock-lost': 143,
  superseded: 143,
};

/** The last event of a run all of whose tasks have settled (semantics.md §3). */
export function settleRun(end: RunEnd): RunSettled {
  const { plan, atMs, stateOf, cutShort } = end;
  const outcome = runOutcome(end);
  return {
    type: 'run-settled',
    at: atMs,
    outcome,
    exitCode: exitCode(outcome, end),
    durationMs: atMs,
    criticalPath: findCriticalPath(plan, stateOf, cutShort?.kind === 'halted' ? cutShort.culprit : undefined),
    tasks: plan.tasks.map(({ id, step }) => {
      const { startedAt, settledAt, outcome: ended, keptFrom } = stateOf(id);
      const kept = keptFrom === undefined ? {} : { kept: keptFrom };
      return { task: id, step, outcome: ended.kind, startedAt, settledAt, reason: ended.reason, ...kept };
    }),
  };
}

/** What a run is that was cancelled for this reason. */
export function outcomeOf(reason: CancelReason): RunOutcome {
  return reason === 'superseded' ? 'superseded' : 'cancelled';
}

function runOutcome({ plan, stateOf, cutShort }: RunEnd): RunOutcome {
  if (cutShort !== undefined) return cutShort.kind === 'halted' ? 'halted' : outcomeOf(cutShort.reason);
  return plan.tasks.some(({ id }) => isError(stateOf(id).outcome)) ? 'degraded' : 'succeeded';
}

function exitCode(outcome: RunOutcome, { cutShort, allowDegraded }: RunEnd): number {
  if (cutShort?.kind === 'cancelled') return cancelledExitCodes[cutShort.reason];
  if (outcome === 'halted') return 1;
  return outcome === 'degraded' && !allowDegraded ? 2 : 0;
}
