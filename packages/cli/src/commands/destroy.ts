import { clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { refuseUsage } from '../refusal.js';
import { runInCluster } from '../run-in-cluster.js';

export const destroy: Command = {
  name: 'destroy',
  summary: 'runs the teardown workflow; asks first',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: [
    'file',
    ...clusterFlags,
    'take-over',
    'lock-timeout',
    'lock-duration',
    'concurrency',
    'timeout',
    'output',
    'with',
    'speed',
    'yes',
    'prune-stateful',
    'take-ownership',
    'param',
    'env-id',
    'strict',
    'allow-degraded',
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (invocation) => {
    const loaded = loadPlan({ ...invocation, positionals: [invocation.positionals[0] ?? 'teardown'] });
    await confirm(invocation, loaded.plan.name);
    return await runInCluster(invocation, loaded);
  },
};

async function confirm({ flags, ports }: Invocation, name: string): Promise<void> {
  if (flags.has('yes')) return;
  if (ports.ask === undefined) refuseUsage(`destroying ${name} needs --yes where nobody can be asked.`);
  const answer = await ports.ask(`Destroy the deployment ${JSON.stringify(name)}? Type its name to go on: `);
  if (answer.trim() !== name) refuseUsage('nothing was destroyed: the answer was not the name.');
}
