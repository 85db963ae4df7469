import { loadWorkflow } from '../load-workflow';
import { defineExecutor, type NxTask } from '../nx-task';
import type { ProofOptions } from '../options';
import { printRefusal, type Say } from '../print';
import { openProofFile, type FoundProof } from '../proof-file';
import { runWorkflow, type StartRun } from '../run-workflow';
import { findProofTask } from './find-proof-task';
import { changedInputs, readInputs, type KnownInputs } from './known-inputs';
import { refuseCache } from './refuse-cache';
import { refuseOtherProof } from './refuse-other-proof';

/**
 * `@flotilla/nx-plugin:deploy`: brings the cluster to what the project's flotilla file says. Where its result is cached,
 * `deploy-plan` must have run before, and Nx must have hashed its token: that makes a hit true.
 */
export default defineExecutor<ProofOptions>(async (task) => {
  const { options, context, say } = task;
  const file = openProofFile(options, context);
  const proofTask = findProofTask(context);
  const proof = proofTask === undefined ? undefined : await file.read();
  const refusal = refuseCache(context, {
    task: proof === undefined ? undefined : proofTask,
    path: file.path,
  });
  if (refusal !== undefined) {
    printRefusal(refusal, say);
    return false;
  }
  const inputs = await readInputs(task);
  if (proof !== undefined) explainRun(proof, changesSince(file.readInputs(), inputs), say);
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const success = await runWorkflow({ ...task, loaded, start: await startDeploy(task, proof) });
  if (success) file.noteInputs(inputs);
  else if (proof !== undefined) file.noteFailure(proof.document.token);
  return success;
});

async function startDeploy({ options, say }: NxTask, proof: FoundProof | undefined): Promise<StartRun> {
  const { deployPlan, readClusterUid } = await import('../../runtime.mjs');
  const deploy: StartRun = async (run) => {
    const result = await deployPlan(run);
    if (result.kind === 'settled' && result.settled.outcome === 'succeeded')
      say(`${run.namespace} on ${run.cluster.server} is as ${run.file.source.path} says.\n`);
    return result;
  };
  if (proof === undefined) return deploy;
  const { document } = proof;
  return async (run) => {
    const { plan, namespace, cluster, cancelled } = run;
    const place =
      options.cluster === 'embedded'
        ? { uid: null, namespace: null }
        : { uid: await readClusterUid({ get: (of) => cluster.get(of, cancelled) }), namespace };
    const refusal = refuseOtherProof(document, { name: plan.name, workflow: plan.workflow, cluster: place });
    if (refusal !== undefined && cancelled?.aborted !== true) return { kind: 'refused', refusal };
    return await deploy({ ...run, token: document.token });
  };
}

function changesSince(before: KnownInputs | undefined, now: KnownInputs): readonly string[] {
  return before === undefined ? [] : changedInputs(before, now);
}

/** Why it is no hit: what the cluster does not hold, and which inputs have changed since the last deploy from here. */
function explainRun({ reasons }: FoundProof, changed: readonly string[], say: Say): void {
  const list = (lines: readonly string[]) => lines.map((line) => `  ${line}\n`).join('');
  if (reasons.length > 0) say(`What was different:\n${list(reasons)}`);
  if (changed.length > 0) say(`Changed since the last deploy from here:\n${list(changed)}`);
  if (reasons.length > 0) return;
  say('The cluster is as the files say, so there is nothing to change in it.\n');
  if (changed.length === 0)
    say(
      'Nx holds no result for these inputs: its cache was emptied or skipped, or the last deploy was made elsewhere.\n',
    );
}
