import type { LoadedPlan } from '@flotilla/core';
import { proveDeployment, type OpenedCluster, type ProofResult } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { refuseWrong } from './load-plan.js';
import { planTarget } from './plan-target.js';
import { RefusedError } from './refusal.js';

/** Whether the cluster holds what a plan's files ask for; ends the command when that cannot be known. */
export async function proveLoaded(
  invocation: Invocation,
  loaded: LoadedPlan,
  opened: Pick<OpenedCluster, 'cluster' | 'namespace'>,
): Promise<Extract<ProofResult, { kind: 'proved' }>> {
  const result = await proveDeployment({ ...loaded, ...planTarget(invocation, opened) });
  if (result.kind === 'wrong') throw refuseWrong(invocation, result.diagnostics);
  if (result.kind === 'refused') throw new RefusedError(result.refusal);
  return result;
}
