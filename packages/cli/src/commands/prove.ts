import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { printProof, printReasons, proofDocument } from '@flotilla/k8s-executor';
import { chooseCluster, clusterFlags } from '../choose-cluster.js';
import type { Command, Invocation } from '../command.js';
import { loadPlan } from '../load-plan.js';
import { proveLoaded } from '../prove-loaded.js';
import { refuseUsage } from '../refusal.js';

export const prove: Command = {
  name: 'prove',
  summary:
    'writes a proof that the cluster holds what the file says, for caches: the same while nothing changes',
  positionals: '[workflow]',
  positionalsMax: 1,
  flags: ['file', ...clusterFlags, 'proof', 'images', 'exit-code', 'param', 'env-id', 'strict'],
  outputs: [],
  run: proveRun,
};

async function proveRun(invocation: Invocation): Promise<number> {
  const { flags, ports } = invocation;
  const path = flags.value('proof');
  if (path === undefined) refuseUsage('prove needs --proof FILE: where the proof is written.');
  const loaded = loadPlan(invocation);
  const opened = await chooseCluster(invocation, loaded.file);
  try {
    const { proof } = await proveLoaded(invocation, loaded, opened);
    const file = resolve(ports.workingDirectory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, printProof(proofDocument(loaded.plan, randomUUID(), proof)));
    const reasons = printReasons(proof).map((reason) => `  ${reason}\n`);
    const said = proof.inSync ? 'is as its files say.\n' : `has to be deployed:\n${reasons.join('')}`;
    if (!flags.has('quiet')) ports.stderr.write(`${loaded.plan.name} ${said}`);
    return flags.has('exit-code') && !proof.inSync ? 1 : 0;
  } finally {
    await opened.close();
  }
}
