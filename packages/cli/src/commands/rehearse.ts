import {
  eventToJson,
  formatSummary,
  measureWithoutBarriers,
  rehearsePlan,
  runStateOf,
  timelineToHtml,
  timelineToSvg,
  timelineToText,
  type Diagnostic,
  type LoadedPlan,
  type Plan,
  type Rehearsal,
  type RehearsedTask,
  type RunEvent,
  type RunSettled,
  type TaskId,
} from '@flotilla/core';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadCheckedPlan } from '../load-plan.js';
import { printJson, printJsonLine } from '../print-json.js';
import { taskNamed } from '../task-named.js';
import { noScenario, readScenario } from '../read-scenario.js';
import { readConcurrency } from '../run-options.js';

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'runs the plan in virtual time: the timeline, the critical path, what a failure would do',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: [
    'file',
    'with',
    'fail',
    'concurrency',
    'timeout',
    'output',
    'param',
    'env-id',
    'strict',
    'allow-degraded',
  ],
  outputs: ['text', 'json', 'ndjson', 'svg', 'html'],
  run: rehearseRun,
};

async function rehearseRun(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const loaded = await loadCheckedPlan(invocation);
  const { file, plan } = loaded;
  const scenario = withFailures(invocation, plan, readScenario(invocation, file) ?? noScenario);
  const events: RunEvent[] = [];
  const settled = rehearsePlan(plan, scenario, {
    sink: (event) => events.push(event),
    allowDegraded: flags.has('allow-degraded'),
    ...readConcurrency(flags),
  });
  await show(invocation, {
    events,
    diagnostics: loaded.diagnostics,
    cost: costOptions(invocation, loaded, settled),
  });
  return settled.exitCode;
}

interface CostOptions {
  readonly withoutBarriersMs?: number;
}

// With the times that the tasks took. A run that was cut short, or whose tasks waited for a free slot, says nothing
// about its barriers.
function costOptions({ flags }: Invocation, { file, plan }: LoadedPlan, settled: RunSettled): CostOptions {
  if (settled.outcome === 'halted' || settled.outcome === 'cancelled') return {};
  if (plan.steps.length < 2 || flags.has('concurrency')) return {};
  const took = new Map(
    settled.tasks.map((one) => [one.task, one.settledAt - (one.startedAt ?? one.settledAt)]),
  );
  return { withoutBarriersMs: measureWithoutBarriers(file, plan, ({ id }) => took.get(id) ?? 0) };
}

/** `--fail TASK`: the scenario in which these tasks fail at the end of their time. Refuses tasks that the plan does not run. */
function withFailures({ flags }: Invocation, plan: Plan, scenario: Rehearsal): Rehearsal {
  const failing = flags.list('fail').map((name): readonly [TaskId, RehearsedTask] => {
    const task = taskNamed(plan, name);
    const takesMs = scenario.tasks.get(task.id)?.takesMs ?? scenario.defaults[task.kind];
    return [task.id, { takesMs, fails: 'what if it fails (--fail)' }];
  });
  return { ...scenario, tasks: new Map([...scenario.tasks, ...failing]) };
}

interface Rehearsed {
  readonly events: readonly RunEvent[];
  /** Of the plan. */
  readonly diagnostics: readonly Diagnostic[];
  readonly cost: CostOptions;
}

async function show(invocation: Invocation, { events, diagnostics, cost }: Rehearsed): Promise<void> {
  const { flags, ports } = invocation;
  const format = flags.value('output');
  if (format === 'ndjson') for (const event of events) printJsonLine(ports, eventToJson(event, diagnostics));
  else if (format === 'json') for (const event of events.slice(-1)) printJson(ports, eventToJson(event));
  else ports.stdout.write(await draw(invocation, events, cost));
}

async function draw(invocation: Invocation, events: readonly RunEvent[], cost: CostOptions): Promise<string> {
  const format = invocation.flags.value('output');
  if (format === 'svg') return await timelineToSvg(events, cost);
  if (format === 'html') return await timelineToHtml(events, cost);
  return formatRehearsal(invocation, events, cost);
}

function formatRehearsal(
  { flags, ports }: Invocation,
  events: readonly RunEvent[],
  cost: CostOptions,
): string {
  const color = wantsColor(ports.stdout, flags, ports);
  const width = ports.stdout.isTerminal ? ports.stdout.columns : 80;
  const summary = `${formatSummary(runStateOf(events), { color, width })}\n`;
  if (flags.has('quiet')) return summary;
  return `${timelineToText(events, { color, width, ...cost })}\n${summary}`;
}
