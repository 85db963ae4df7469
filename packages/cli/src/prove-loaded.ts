import { systemClock, type LoadedPlan } from '@flotilla/core';
import { proveDeployment, type OpenedCluster, type ProofResult } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { refuseWrong } from './load-plan.js';
import { readImages } from './read-images.js';
import { RefusedError } from './refusal.js';

/** Whether the cluster holds what a plan's files ask for; ends the command when that cannot be known. */
export async function proveLoaded(
  invocation: Invocation,
  loaded: LoadedPlan,
  { cluster, namespace }: Pick<OpenedCluster, 'cluster' | 'namespace'>,
): Promise<Extract<ProofResult, { kind: 'proved' }>> {
  const result = await proveDeployment({
    ...loaded,
    ...readImages(invocation),
    redactor: invocation.ports.redactor,
    cluster,
    namespace,
    clock: systemClock,
  });
  if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  return result;
}
