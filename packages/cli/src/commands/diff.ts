import { diffPlan, formatDiff, type DiffItem, type DiffKept } from '@flotilla/k8s-executor';
import { approvalFlags } from '../approval-flags.js';
import { chooseCluster } from '../choose-cluster.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan, printDiagnostics, refuseWrong } from '../load-plan.js';
import { printJson } from '../print-json.js';
import { readChangeOptions } from '../read-change-options.js';
import { RefusedError } from '../refusal.js';

export const diff: Command = {
  name: 'diff',
  summary: 'what a deploy would change, field by field; exit 0: nothing, 1: something',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', ...approvalFlags, 'only', 'output', 'param', 'env-id', 'strict'],
  outputs: ['text', 'json'],
  run: async (invocation) => {
    const { items, kept } = await readDiff(invocation);
    const { flags, ports } = invocation;
    if (flags.value('output') === 'json') printJson(ports, { items, kept });
    else ports.stdout.write(formatDiff(items, { color: wantsColor(ports.stdout, flags, ports), kept }));
    return items.every(({ action }) => action === 'unchanged') ? 0 : 1;
  },
};

async function readDiff(
  invocation: Invocation,
): Promise<{ readonly items: readonly DiffItem[]; readonly kept: readonly DiffKept[] }> {
  const loaded = loadPlan(invocation);
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    const result = await diffPlan({ ...loaded, ...readChangeOptions(invocation, opened) });
    if (!result.ok) {
      if ('diagnostics' in result) throw refuseWrong(invocation, result.diagnostics);
      throw new RefusedError(result.refusal);
    }
    printDiagnostics(invocation, result.diagnostics);
    return result;
  } finally {
    await opened.close();
  }
}
