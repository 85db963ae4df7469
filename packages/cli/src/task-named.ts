import { nearest, type Plan, type TaskNode } from '@flotilla/core';
import { refuseUsage } from './refusal.js';

/** The task that a flag names. Refuses (64), with the nearest one, what the plan does not run. */
export function taskNamed(plan: Plan, name: string): TaskNode {
  const task = plan.tasks.find(({ id }) => id === name);
  if (task !== undefined) return task;
  const ids = plan.tasks.map(({ id }) => id);
  const near = nearest(name, ids);
  refuseUsage(
    `the workflow ${plan.workflow} runs no task ${JSON.stringify(name)}.`,
    near === undefined ? `It runs ${ids.join(', ')}.` : `Did you mean ${near}?`,
  );
}
