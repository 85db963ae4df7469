import type { Clock } from '../domain/clock.js';
import type { TaskNode } from '../domain/plan.js';
import type { Rehearsal } from '../domain/rehearsal.js';
import type { TaskRunner } from '../domain/task-runner.js';
import { rehearsedReadyMs, rehearsedTask, rehearsedVerdict } from '../execute/rehearse-plan.js';

/** A task runner whose tasks behave on the clock as the rehearsal says: a run with it must be the rehearsal's equal. */
export function createRehearsedRunner(rehearsal: Rehearsal, clock: Clock): TaskRunner {
  const startedAt = new Map<TaskNode, number>();
  return {
    run: async (task, { attempt, signal }) => {
      const begunAt = clock.now();
      if (attempt === 1) startedAt.set(task, begunAt);
      const rehearsed = rehearsedTask(rehearsal, task);
      await clock.until(begunAt + rehearsed.takesMs, signal);
      return rehearsedVerdict(task, rehearsed);
    },
    explain: () => Promise.resolve(undefined),
    recovery: async (task, signal) => {
      const readyMs = rehearsedReadyMs(rehearsedTask(rehearsal, task)) ?? Infinity;
      await clock.until((startedAt.get(task) ?? 0) + readyMs, signal);
      return !signal.aborted;
    },
  };
}
