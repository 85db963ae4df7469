import type { ExecutorContext } from '@nx/devkit';
import type { LoadedPlan, Rehearsal, RehearsedTask, RunEvent, TaskId } from '@flotilla/core';
import { lacksTask, loadWorkflow } from '../load-workflow';
import type { WorkflowOptions } from '../options';
import { print, wantsColor } from '../print';
import { readScenario } from '../read-scenario';

/** Options of the executor `rehearse`. */
export interface RehearseOptions extends WorkflowOptions {
  /** Ids of tasks that are to fail at the end of their time. */
  readonly fail?: readonly string[];
}

const width = 80;

/** `@flotilla/nx-plugin:rehearse`: runs the plan in virtual time and shows when what happens; touches no cluster. */
export default async function rehearseExecutor(
  options: RehearseOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const loaded = await loadWorkflow(options, context);
  if (loaded === undefined || lacksTask(loaded, options.fail ?? [], print)) return { success: false };
  const read = await readScenario(options, loaded, context);
  if (!read.ok) return { success: false };
  const { builtInDurations } = await import('@flotilla/core');
  const scenario = read.scenario ?? { defaults: builtInDurations, tasks: new Map() };
  return { success: await rehearse(loaded, withFailures(loaded, scenario, options.fail ?? []), options) };
}

async function rehearse(
  { plan }: LoadedPlan,
  scenario: Rehearsal,
  { allowDegraded = false, concurrency }: RehearseOptions,
): Promise<boolean> {
  const { formatSummary, rehearsePlan, runStateOf, timelineToText } = await import('@flotilla/core');
  const events: RunEvent[] = [];
  const settled = rehearsePlan(plan, scenario, {
    sink: (event) => events.push(event),
    allowDegraded,
    ...(concurrency !== undefined && { concurrency }),
  });
  const color = wantsColor();
  print(`${timelineToText(events, { color, width })}\n`);
  print(`${formatSummary(runStateOf(events), { color, width })}\n`);
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
