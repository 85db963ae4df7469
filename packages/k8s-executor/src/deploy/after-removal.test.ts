import { buildPlan } from '@flotilla/core/testing';
import type { TaskContext, TaskRunner } from '@flotilla/core';
import { afterRemoval } from './after-removal.js';

const plan = buildPlan([
  { name: 'rm', tasks: [{ id: 'release.remove_environment' }] },
  { name: 'jobs', tasks: [{ id: 'jobs.seed' }] },
]);

test('what comes behind a removal begins when the journal knows that this is over', async () => {
  const happened: string[] = [];
  const runner: TaskRunner = {
    run: ({ id }) => {
      happened.push(id);
      return Promise.resolve({ kind: 'succeeded', reason: 'done' });
    },
    explain: () => Promise.resolve(undefined),
    recovery: () => Promise.resolve(false),
  };
  const context: TaskContext = {
    attempt: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    log: () => undefined,
  };
  const written = async (task: string) => {
    await Promise.resolve();
    happened.push(`written: ${task}`);
  };
  const guarded = afterRemoval(runner, plan, { written });
  for (const task of plan.tasks) await guarded.run(task, context);
  expect(happened).toEqual([
    'release.remove_environment',
    'written: release.remove_environment',
    'jobs.seed',
  ]);
});
