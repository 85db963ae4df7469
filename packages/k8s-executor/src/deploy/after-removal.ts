import { removeEnvironmentId, type Plan, type TaskRunner } from '@flotilla/core';
import type { RunJournal } from '../record/journal/journal-writer.js';

/**
 * The same runner, of which nothing writes behind a removal before the journal says that this is over: whoever resumed a
 * run that was killed in between would remove again what the run has deployed since, and its jobs would run twice.
 */
export function afterRemoval(
  runner: TaskRunner,
  { tasks }: Pick<Plan, 'tasks'>,
  journal: Pick<RunJournal, 'written'>,
): TaskRunner {
  if (tasks.every(({ id }) => id !== removeEnvironmentId)) return runner;
  return {
    run: async (task, context) => {
      if (task.id !== removeEnvironmentId) await journal.written(removeEnvironmentId, context.signal);
      return await runner.run(task, context);
    },
    explain: (...args) => runner.explain(...args),
    recovery: (...args) => runner.recovery(...args),
  };
}
