import { evidenceToText, type TaskId } from '@flotilla/core';
import { rollbackDeployment } from '@flotilla/k8s-executor';
import { clusterFlags } from '../choose-cluster.js';
import { wantsColor } from '../color.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { refuseUsage } from '../refusal.js';
import { runInCluster } from '../run-in-cluster.js';

export const rollback: Command = {
  name: 'rollback',
  summary: 'puts good revisions of tasks back; without tasks, of those that are not at their last good one',
  positionals: '[task…]',
  positionalsMax: Number.POSITIVE_INFINITY,
  flags: [
    'file',
    ...clusterFlags,
    'to',
    'concurrency',
    'output',
    'param',
    'env-id',
    'allow-degraded',
    'no-preflight',
    'force-conflicts',
    'no-prune',
    'prune-stateful',
    'yes',
    'take-ownership',
    'lock-timeout',
    'lock-duration',
    'grace',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (invocation) => {
    const tasks = invocation.positionals as readonly TaskId[];
    const to = readRevision(invocation);
    // The file only says which deployment it is: what is put back was recorded.
    const loaded = loadPlan({ ...invocation, positionals: [] });
    return await runInCluster(invocation, loaded, (options, output) =>
      rollbackDeployment({
        ...options,
        ...(tasks.length > 0 && { tasks }),
        ...(to !== undefined && { to }),
        onEvidence: ({ task, evidence }) => {
          const color = wantsColor(invocation.ports.stderr, invocation.flags, invocation.ports);
          output.note(`${task} before the rollback:\n${evidenceToText(evidence, { color })}\n`);
        },
      }),
    );
  },
};

/** `--to`: revisions are counted for each task, so that it needs one. */
function readRevision({ flags, positionals }: Invocation): number | undefined {
  const said = flags.value('to');
  if (said === undefined) return undefined;
  const revision = Number(said);
  if (!Number.isInteger(revision) || revision < 1)
    refuseUsage(
      `--to is the number of a revision, not ${JSON.stringify(said)}.`,
      'flotilla history shows them.',
    );
  if (positionals.length !== 1)
    refuseUsage('--to needs exactly one task: every task counts its own revisions.');
  return revision;
}
