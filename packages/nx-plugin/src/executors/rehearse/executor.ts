import type { LoadedPlan, Rehearsal, RehearsedTask, RunEvent, TaskId } from '@flotilla/core';
import { lacksTask, loadCheckedWorkflow } from '../load-workflow';
import { defineExecutor, type NxTask } from '../nx-task';
import type { WorkflowOptions } from '../options';
import { wantsColor } from '../print';
import { readScenario } from '../read-scenario';

/** Options of the executor `rehearse`. */
export interface RehearseOptions extends WorkflowOptions {
  /** Ids of tasks that are to fail at the end of their time. */
  readonly fail?: readonly string[];
}

const width = 80;

/** `@flotilla/nx-plugin:rehearse`: runs the plan in virtual time and shows when what happens; touches no cluster. */
export default defineExecutor<RehearseOptions>(async (task) => {
  const { fail = [] } = task.options;
  const loaded = await loadCheckedWorkflow(task);
  if (loaded === undefined || lacksTask(loaded, fail, task.say)) return false;
  const read = await readScenario(task, loaded);
  if (!read.ok) return false;
  const { builtInDurations } = await import('../../runtime.mjs');
  const scenario = read.scenario ?? { defaults: builtInDurations, tasks: new Map() };
  return await rehearse(loaded, withFailures(loaded, scenario, fail), task);
});

async function rehearse(
  { plan }: LoadedPlan,
  scenario: Rehearsal,
  { options: { allowDegraded = false, concurrency }, say }: NxTask<RehearseOptions>,
): Promise<boolean> {
  const { formatSummary, rehearsePlan, runStateOf, timelineToText } = await import('../../runtime.mjs');
  const events: RunEvent[] = [];
  const settled = rehearsePlan(plan, scenario, {
    sink: (event) => events.push(event),
    allowDegraded,
    ...(concurrency !== undefined && { concurrency }),
  });
  const color = wantsColor();
  say(`${timelineToText(events, { color, width })}\n`);
  say(`${formatSummary(runStateOf(events), { color, width })}\n`);
  return settled.exitCode === 0;
}

function withFailures({ plan }: LoadedPlan, scenario: Rehearsal, names: readonly string[]): Rehearsal {
  const failing = plan.tasks
    .filter(({ id }) => names.includes(id))
    .map(({ id, kind }): readonly [TaskId, RehearsedTask] => {
      const takesMs = scenario.tasks.get(id)?.takesMs ?? scenario.defaults[kind];
      return [id, { takesMs, fails: 'what if it fails (fail)' }];
    });
  return { ...scenario, tasks: new Map([...scenario.tasks, ...failing]) };
}
