import {
  builtInDurations,
  rehearsePlan,
  type LoadedPlan,
  type Rehearsal,
  type RunEvent,
} from '@flotilla/core';
import { readScenario } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { readConcurrency } from '../run-options.js';
import { openRunOutput } from '../run-output.js';

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'runs the plan in virtual time: the timeline, the critical path, what a failure would do',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: [
    'file',
    'with',
    'concurrency',
    'output',
    'param',
    'env-id',
    'strict',
    'allow-degraded',
    'verbose',
    'quiet',
    'color',
    'help',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: (invocation) => Promise.resolve(rehearseRun(invocation)),
};

function rehearseRun(invocation: Invocation): number {
  const loaded = loadPlan(invocation);
  const rehearsal = readScenario(invocation, loaded.file) ?? noScenario;
  const { events, exitCode } = play(invocation, loaded, rehearsal);
  const output = openRunOutput(invocation, {});
  for (const event of events) output.sink(event);
  output.close();
  return exitCode;
}

const noScenario: Rehearsal = { defaults: builtInDurations, tasks: new Map() };

function play(
  { flags }: Invocation,
  { plan }: LoadedPlan,
  rehearsal: Rehearsal,
): { events: readonly RunEvent[]; exitCode: number } {
  const events: RunEvent[] = [];
  const settled = rehearsePlan(plan, rehearsal, {
    sink: (event) => events.push(event),
    allowDegraded: flags.has('allow-degraded'),
    ...readConcurrency(flags),
  });
  return { events, exitCode: settled.exitCode };
}
