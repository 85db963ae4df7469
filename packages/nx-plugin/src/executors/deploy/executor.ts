import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import type { ProofOptions } from '../options';
import { printRefusal, type Say } from '../print';
import { openProofFile, type FoundProof } from '../proof-file';
import { runWorkflow } from '../run-workflow';
import { isCached, isProved } from './is-proved';

/**
 * `@flotilla/nx-plugin:deploy`: brings the cluster to what the project's flotilla file says. Where its result is cached,
 * `deploy-plan` must have run before: its token makes a hit true.
 */
export default defineExecutor<ProofOptions>(async (task) => {
  const { options, context, say } = task;
  const file = openProofFile(options, context);
  const proof = isProved(context) ? await file.read() : undefined;
  if (proof === undefined && isCached(context)) {
    printRefusal(unproved, say);
    return false;
  }
  if (proof !== undefined) explainRun(proof, say);
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const success = await runWorkflow({
    ...task,
    loaded,
    ...(proof !== undefined && { token: proof.document.token }),
  });
  if (!success && proof !== undefined) file.noteFailure(proof.document.token);
  return success;
});

const unproved = {
  message: 'deploy-plan did not run before this deploy, so a cached result of it could be a lie.',
  help: 'Run it without --exclude-task-dependencies; a target of your own needs deploy-plan in its dependsOn, or cache: false.',
};

function explainRun({ reasons }: FoundProof, say: Say): void {
  if (reasons.length === 0) say('The cluster is as the files say; Nx holds no result for these inputs.\n');
  else say(`What was different:\n${reasons.map((reason) => `  ${reason}\n`).join('')}`);
}
