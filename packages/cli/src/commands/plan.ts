import {
  planToDot,
  planToHtml,
  planToJson,
  planToMermaid,
  planToSvg,
  planToText,
  planToYaml,
  renderComparison,
  renderExplanation,
  comparePlans,
  explainTask,
  compilePlan,
  rehearsedDurations,
  type ExpectedDurations,
  type LoadedPlan,
  type Plan,
} from '@flotilla/core';
import { approvalFlags } from '../approval-flags.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import type { FlagValues } from '../flags.js';
import { findRuleMistakes, printDiagnostics, refuseWrong, tryLoadPlan } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { noScenario, readScenario } from '../read-scenario.js';
import { refuseUsage } from '../refusal.js';
import { readCompileOptions } from '../run-options.js';
import { taskNamed } from '../task-named.js';

export const plan: Command = {
  name: 'plan',
  summary: 'compiles and checks a workflow and shows its plan; touches no cluster (but with --out)',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: [
    'out',
    ...approvalFlags,
    'file',
    'output',
    'explain',
    'compare',
    'exit-code',
    'with',
    'timeout',
    'param',
    'env-id',
    'strict',
  ],
  outputs: ['text', 'json', 'yaml', 'mermaid', 'dot', 'svg', 'html', 'markdown'],
  run: showPlan,
};

async function showPlan(invocation: Invocation): Promise<number> {
  const { flags, ports } = invocation;
  const format = flags.value('output') ?? 'text';
  const result = await tryCheckedPlan(invocation);
  if (result.kind === 'wrong') {
    const { name, workflow, diagnostics } = result;
    if (format === 'json') printJson(ports, planToJson(undefined, diagnostics, { name, workflow }));
    if (format === 'yaml') ports.stdout.write(planToYaml(undefined, diagnostics, { name, workflow }));
    throw refuseWrong(invocation, diagnostics);
  }
  const loaded = withDurations(invocation, result.loaded);
  printDiagnostics(invocation, loaded.diagnostics, { hints: true });
  const task = flags.value('explain');
  if (task !== undefined) return explain(invocation, loaded.plan, task);
  if (flags.has('compare')) return await compare(invocation, loaded);
  if (flags.has('out'))
    return await (await import('../approved-plan-file.js')).writeApprovedPlan(invocation, loaded);
  const idle = approvalFlags.find((name) => flags.has(name));
  if (idle !== undefined) refuseUsage(`--${idle} goes with --out: a plan by itself touches no cluster.`);
  if (flags.has('exit-code')) refuseUsage('--exit-code goes with --compare.');
  if (format === 'json') printJson(ports, planToJson(loaded.plan, loaded.diagnostics, loaded.plan));
  else if (format === 'yaml') ports.stdout.write(planToYaml(loaded.plan, loaded.diagnostics, loaded.plan));
  else ports.stdout.write(await drawPlan(invocation, loaded, format));
  return 0;
}

async function tryCheckedPlan(invocation: Invocation): Promise<ReturnType<typeof tryLoadPlan>> {
  const result = tryLoadPlan(invocation);
  if (result.kind === 'wrong') return result;
  const { file, plan: found, diagnostics } = result.loaded;
  const mistakes = await findRuleMistakes(file);
  if (mistakes.length === 0) return result;
  const { name, workflow } = found;
  return { kind: 'wrong', name, workflow, diagnostics: [...diagnostics, ...mistakes] };
}

// With durations the compiler can also say which barriers cost more than they protect.
function withDurations(invocation: Invocation, loaded: LoadedPlan): LoadedPlan {
  const scenario = readScenario(invocation, loaded.file);
  if (scenario === undefined) return loaded;
  const { workflow } = loaded.plan;
  const { diagnostics } = compilePlan(loaded.file, {
    workflow,
    durations: rehearsedDurations(scenario),
    ...readCompileOptions(invocation.flags),
  });
  const known = new Set(loaded.diagnostics.map(({ code, span }) => `${code} ${span.start}`));
  const found = diagnostics.filter(({ code, span }) => !known.has(`${code} ${span.start}`));
  return { ...loaded, diagnostics: [...loaded.diagnostics, ...found] };
}

function explain({ flags, ports }: Invocation, plan: Plan, name: string): number {
  const task = taskNamed(plan, name);
  const format = outputAmong(flags, ['text', 'json']);
  const color = wantsColor(ports.stdout, flags, ports);
  ports.stdout.write(renderExplanation(explainTask(plan, task.id), { format, color }));
  return 0;
}

async function compare(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  const { flags, ports } = invocation;
  const format = outputAmong(flags, ['text', 'json', 'markdown']);
  const { loadEarlierPlan } = await import('../earlier-plan.js');
  const before = await loadEarlierPlan(invocation, loaded);
  const scenario = readScenario(invocation, loaded.file) ?? noScenario;
  const comparison = comparePlans(before, loaded.plan, rehearsedDurations(scenario));
  ports.stdout.write(renderComparison(comparison, { format }));
  return flags.has('exit-code') && !comparison.same ? 1 : 0;
}

/** `--output` where only some formats make sense; the first when nothing is said. */
function outputAmong<Format extends string>(
  flags: FlagValues,
  formats: readonly [Format, ...Format[]],
): Format {
  const said = flags.value('output');
  const found = said === undefined ? formats[0] : formats.find((format) => format === said);
  if (found === undefined) refuseUsage(`this is shown as ${formats.join(', ')}, not as ${said ?? ''}.`);
  return found;
}

async function drawPlan(invocation: Invocation, loaded: LoadedPlan, format: string): Promise<string> {
  const { flags, ports } = invocation;
  const { plan: compiled, diagnostics } = loaded;
  switch (format) {
    case 'mermaid':
      return planToMermaid(compiled);
    case 'dot':
      return planToDot(compiled);
    case 'svg':
      return await planToSvg(compiled, expectedDurations(invocation, loaded));
    case 'html':
      return await planToHtml(compiled, { diagnostics, ...expectedDurations(invocation, loaded) });
    case 'markdown':
      return `\`\`\`mermaid\n${planToMermaid(compiled)}\`\`\`\n`;
    default:
      return planToText(compiled, {
        color: wantsColor(ports.stdout, flags, ports),
        width: ports.stdout.isTerminal ? ports.stdout.columns : 80,
      });
  }
}

function expectedDurations(invocation: Invocation, { file }: LoadedPlan): { durations?: ExpectedDurations } {
  const scenario = readScenario(invocation, file);
  return scenario === undefined ? {} : { durations: rehearsedDurations(scenario) };
}
