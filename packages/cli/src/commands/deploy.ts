import type { LoadedPlan } from '@flotilla/core';
import { deployApproved, readApprovedPlan } from '../approved-plan-file.js';
import { clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { dryRunOnServer } from '../dry-run.js';
import { loadPlan } from '../load-plan.js';
import { refuseUsage } from '../refusal.js';
import { runInCluster } from '../run-in-cluster.js';
import { renderLoaded } from './render.js';

export const deploy: Command = {
  name: 'deploy',
  summary: 'brings the cluster to what the file says, in parallel',
  positionals: '[workflow | FILE of plan --out]',
  positionalsMax: 1,
  flags: [
    'file',
    ...clusterFlags,
    'create-namespace',
    'only',
    'dry-run',
    'resume',
    'take-over',
    'lock-timeout',
    'lock-duration',
    'concurrency',
    'timeout',
    'output',
    'with',
    'speed',
    'param',
    'env-id',
    'strict',
    'allow-degraded',
    'no-preflight',
    'force-conflicts',
    'replace',
    'rerun-jobs',
    'images',
    'proof',
    'grace',
    'on-halt',
    'no-prune',
    'prune-stateful',
    'yes',
    'allow-empty',
    'take-ownership',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (invocation) => {
    const approved = readApprovedPlan(invocation);
    if (approved === undefined) return await deployLoaded(invocation, loadPlan(invocation));
    const loaded = loadPlan({ ...invocation, positionals: [approved.workflow] });
    return await runInCluster(invocation, loaded, deployApproved(approved));
  },
};

async function deployLoaded(invocation: Invocation, loaded: LoadedPlan): Promise<number> {
  const { flags } = invocation;
  const dryRun = flags.value('dry-run');
  if (dryRun === 'server') return await dryRunOnServer(invocation, loaded);
  if (dryRun === undefined) return await runInCluster(invocation, loaded);
  if (flags.value('output') === 'ndjson')
    refuseUsage('--dry-run=client shows objects as text (YAML) or json, not as ndjson.');
  return await renderLoaded(invocation, loaded);
}
