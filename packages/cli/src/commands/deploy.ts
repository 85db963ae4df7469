import type { LoadedPlan } from '@flotilla/core';
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
  positionals: '[workflow]',
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
    'allow-empty',
    'take-ownership',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (invocation) => await deployLoaded(invocation, loadPlan(invocation)),
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
