import { planToDot, planToMermaid, planToText, planToYaml, type Plan } from '@flotilla/core';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { printDiagnostics, refuseWrong, tryLoadPlan } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { planToJson } from '@flotilla/core';

export const plan: Command = {
  name: 'plan',
  summary: 'compiles and checks a workflow and shows its plan; touches no cluster',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', 'output', 'param', 'env-id', 'strict', 'verbose', 'quiet', 'color', 'help'],
  outputs: ['text', 'json', 'yaml', 'mermaid', 'dot'],
  run: (invocation) => Promise.resolve(showPlan(invocation)),
};

function showPlan(invocation: Invocation): number {
  const format = invocation.flags.value('output') ?? 'text';
  const result = tryLoadPlan(invocation);
  if (result.kind === 'wrong') {
    const { name, workflow, diagnostics } = result;
    if (format === 'json')
      printJson(invocation.ports, planToJson(undefined, diagnostics, { name, workflow }));
    if (format === 'yaml')
      invocation.ports.stdout.write(planToYaml(undefined, diagnostics, { name, workflow }));
    throw refuseWrong(invocation, diagnostics);
  }
  const { plan: compiled, diagnostics } = result.loaded;
  printDiagnostics(invocation, diagnostics);
  if (format === 'json') printJson(invocation.ports, planToJson(compiled, diagnostics, compiled));
  else if (format === 'yaml') invocation.ports.stdout.write(planToYaml(compiled, diagnostics, compiled));
  else invocation.ports.stdout.write(drawPlan(invocation, compiled, format));
  return 0;
}

function drawPlan({ flags, ports }: Invocation, compiled: Plan, format: string): string {
  if (format === 'mermaid') return planToMermaid(compiled);
  if (format === 'dot') return planToDot(compiled);
  return planToText(compiled, {
    color: wantsColor(ports.stdout, flags, ports),
    width: ports.stdout.isTerminal ? ports.stdout.columns : 80,
  });
}
