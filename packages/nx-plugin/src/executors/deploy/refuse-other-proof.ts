import type { Refusal } from '@flotilla/core';
import type { ProofDocument } from '@flotilla/k8s-executor';

/** What is deployed, and where: as in a proof, without a cluster where that ends with its run. */
type Deployed = Pick<ProofDocument, 'name' | 'workflow' | 'cluster'>;

/**
 * Refuses a proof of anything else than what is deployed: with its token, what another place, file or workflow holds
 * would be a hit here. That is so when `deploy-plan` did not get the options of `deploy`, and when another invocation of
 * Nx has proved the project meanwhile.
 */
export function refuseOtherProof(proof: Deployed, deployed: Deployed): Refusal | undefined {
  const [proved, asked] = [describe(proof), describe(deployed)];
  if (proved === asked) return undefined;
  return {
    exitCode: 64,
    message: `deploy-plan has looked at ${proved}, but this deploys ${asked}.`,
    help: 'Both need the same options: in dependsOn, { "target": "deploy-plan", "params": "forward", "options": "forward" } hands them on.',
  };
}

function describe({ name, workflow, cluster: { uid, namespace } }: Deployed): string {
  const what = `${name} (workflow ${workflow})`;
  if (namespace === null) return `${what} in a simulation`;
  return `${what} in namespace ${namespace} of cluster ${uid ?? 'unknown'}`;
}
