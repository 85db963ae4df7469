import {
  eventToJson,
  formatSummary,
  rehearsePlan,
  runStateOf,
  timelineToHtml,
  timelineToSvg,
  timelineToText,
  type Plan,
  type Rehearsal,
  type RehearsedTask,
  type RunEvent,
  type TaskId,
} from '@flotilla/core';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
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
  const { file, plan } = loadPlan(invocation);
  const scenario = withFailures(invocation, plan, readScenario(invocation, file) ?? noScenario);
  const events: RunEvent[] = [];
  const settled = rehearsePlan(plan, scenario, {
    sink: (event) => events.push(event),
    allowDegraded: flags.has('allow-degraded'),
    ...readConcurrency(flags),
  });
  await show(invocation, events);
  return settled.exitCode;
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

async function show(invocation: Invocation, events: readonly RunEvent[]): Promise<void> {
  const { flags, ports } = invocation;
  const format = flags.value('output');
  if (format === 'ndjson') for (const event of events) printJsonLine(ports, eventToJson(event));
  else if (format === 'json') for (const event of events.slice(-1)) printJson(ports, eventToJson(event));
  else ports.stdout.write(await draw(invocation, events));
}

async function draw(invocation: Invocation, events: readonly RunEvent[]): Promise<string> {
  const format = invocation.flags.value('output');
  if (format === 'svg') return await timelineToSvg(events);
  if (format === 'html') return await timelineToHtml(events);
  return formatRehearsal(invocation, events);
}

function formatRehearsal({ flags, ports }: Invocation, events: readonly RunEvent[]): string {
  const color = wantsColor(ports.stdout, flags, ports);
  const width = ports.stdout.isTerminal ? ports.stdout.columns : 80;
  const summary = `${formatSummary(runStateOf(events), { color, width })}\n`;
  if (flags.has('quiet')) return summary;
  return `${timelineToText(events, { color, width })}\n${summary}`;
}
