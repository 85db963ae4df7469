import { systemClock } from '@flotilla/core';
import {
  findRunOrigin,
  formatHolder,
  processEnvironment,
  readLock,
  requestUnlock,
  type LockHolder,
  type OpenedCluster,
  type UnlockResult,
} from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { RefusedError, refuseUsage } from '../refusal.js';
import { newRunId } from '../run-identity.js';

export const unlock: Command = {
  name: 'unlock',
  summary: 'makes the run that holds the lock stop and let it go; asks first',
  positionals: '',
  positionalsMax: 0,
  flags: ['file', ...clusterFlags, 'yes', 'param', 'env-id'],
  outputs: [],
  run: async (invocation) => {
    const { plan, file, directory } = loadPlan(invocation);
    const opened = await chooseCluster(invocation, file);
    try {
      return await unlockDeployment(invocation, opened, { deployment: plan.name, directory });
    } finally {
      await opened.close();
    }
  },
};

async function unlockDeployment(
  invocation: Invocation,
  { cluster, namespace }: OpenedCluster,
  { deployment, directory }: { readonly deployment: string; readonly directory: string },
): Promise<number> {
  const { stdout, stderr } = invocation.ports;
  const found = await readLock(cluster, { deployment, namespace });
  if (found.ok && found.value !== undefined) await confirm(invocation, deployment, found.value);
  const result = await requestUnlock({
    cluster,
    clock: systemClock,
    wallClock: () => new Date(),
    deployment,
    namespace,
    run: newRunId(new Date()),
    origin: await findRunOrigin({ directory, environment: processEnvironment() }),
    onNote: (text) => {
      stderr.write(`${text}\n`);
    },
  });
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  stdout.write(`${sentence(deployment, result)}\n`);
  return result.kind === 'kept' ? 75 : 0;
}

async function confirm({ flags, ports }: Invocation, deployment: string, holder: LockHolder): Promise<void> {
  if (flags.has('yes')) return;
  if (ports.ask === undefined)
    refuseUsage(`breaking the lock of ${deployment} needs --yes where nobody can be asked.`);
  ports.stderr.write(
    `${deployment} is locked by ${formatHolder(holder)}.\nIf that run is alive it stops where it is and ends as cancelled (exit 143); nothing is rolled back.\n`,
  );
  const answer = await ports.ask('Break its lock? (yes/no) ');
  if (!/^y(es)?$/i.test(answer.trim())) refuseUsage('the lock was not broken: the answer was not yes.');
}

function sentence(deployment: string, result: Exclude<UnlockResult, { kind: 'refused' }>): string {
  switch (result.kind) {
    case 'free':
      return `Nobody holds the lock of ${deployment}.`;
    case 'stopped':
      return `The lock of ${deployment} is as it was.`;
    case 'released':
      return `${formatHolder(result.holder)} has stopped and let the lock go.`;
    case 'expired':
      return `${formatHolder(result.holder)} was dead; its lock is removed.`;
    case 'kept':
      return `${formatHolder(result.holder)} is alive and keeps the lock; end that process where it runs.`;
  }
}
