import {
  planToDot,
  planToHtml,
  planToJson,
  planToMermaid,
  planToSvg,
  planToText,
  planToYaml,
  type Plan,
} from '@flotilla/core';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { printDiagnostics, refuseWrong, tryLoadPlan } from '../load-plan.js';
import { printJson } from '../print-json.js';

export const plan: Command = {
  name: 'plan',
  summary: 'compiles and checks a workflow and shows its plan; touches no cluster',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', 'output', 'param', 'env-id', 'strict', 'verbose', 'quiet', 'color', 'help'],
  outputs: ['text', 'json', 'yaml', 'mermaid', 'dot', 'svg', 'html'],
  run: showPlan,
};

async function showPlan(invocation: Invocation): Promise<number> {
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
  else invocation.ports.stdout.write(await drawPlan(invocation, compiled, format));
  return 0;
}

async function drawPlan({ flags, ports }: Invocation, compiled: Plan, format: string): Promise<string> {
  switch (format) {
    case 'mermaid':
      return planToMermaid(compiled);
    case 'dot':
      return planToDot(compiled);
    case 'svg':
      return await planToSvg(compiled);
    case 'html':
      return await planToHtml(compiled);
    default:
      return planToText(compiled, {
        color: wantsColor(ports.stdout, flags, ports),
        width: ports.stdout.isTerminal ? ports.stdout.columns : 80,
      });
  }
}
