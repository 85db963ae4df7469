import type { TaskId } from '../domain/ids.js';
import { isError } from '../domain/outcome.js';
import type { CancelReason, Evidence, TaskOutcome } from '../domain/outcome.js';
import type { TaskNode } from '../domain/plan.js';

/** What cuts a run short: the task that halts it, or a cancellation from outside. */
export type CutShort =
  | { readonly kind: 'halted'; readonly culprit: TaskId; readonly superseded: boolean }
  | { readonly kind: 'cancelled'; readonly reason: CancelReason };

const cancelWords: Readonly<Record<CancelReason, string>> = {
  SIGINT: 'the run was cancelled (SIGINT)',
  SIGTERM: 'the run was cancelled (SIGTERM)',
  SIGHUP: 'the run was cancelled (SIGHUP: its terminal was closed)',
  'lock-lost': 'the run lost its lock',
  superseded: 'a newer run has taken over',
};

/**
 * Services and charts may become ready after all; a job and a removal have one result (semantics.md §2, rule 6), and
 * a superseded version never comes back.
 */
export function mayRecover(task: TaskNode, outcome: TaskOutcome): boolean {
  return isError(outcome) && outcome.kind !== 'superseded' && becomesReady(task);
}

function becomesReady(task: TaskNode): boolean {
  return task.kind === 'service' || task.kind === 'chart';
}

/** Says with the first sentence what it waited for in vain, as far as that is known. */
export function timedOut(task: TaskNode, evidence: Evidence | undefined): TaskOutcome {
  const lacks = becomesReady(task) ? 'not ready' : 'not finished';
  return {
    kind: 'timed-out',
    reason: `${lacks} within ${task.timeoutMs / 1000} s${evidence === undefined ? '' : `: ${evidence.cause}`}`,
    ...(evidence !== undefined && { evidence }),
  };
}

/** A tolerated error that has healed; what was wrong stays in it. */
export function recovered(failure: TaskOutcome): TaskOutcome {
  const evidence = 'evidence' in failure ? failure.evidence : undefined;
  return { kind: 'recovered', reason: failure.reason, ...(evidence !== undefined && { evidence }) };
}

/** How a task ends that runs (`cancelled`) or has not started (`skipped`) when the run is cut short. */
export function cutOff(kind: 'cancelled' | 'skipped', by: CutShort): TaskOutcome {
  return by.kind === 'halted'
    ? {
        kind,
        reason: `${by.culprit} ${by.superseded ? 'was superseded' : 'failed'}, which halts the run`,
        culprit: by.culprit,
      }
    : { kind, reason: cancelWords[by.reason] };
}
