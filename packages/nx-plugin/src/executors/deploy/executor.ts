import { loadWorkflow } from '../load-workflow';
import { defineExecutor } from '../nx-task';
import type { ProofOptions } from '../options';
import { printRefusal, type Say } from '../print';
import { openProofFile, type FoundProof } from '../proof-file';
import { runWorkflow } from '../run-workflow';
import { isCached, isProved } from './is-proved';
import { changedInputs, readInputs, type KnownInputs } from './known-inputs';

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
  const inputs = await readInputs(task);
  if (proof !== undefined) explainRun(proof, changesSince(file.readInputs(), inputs), say);
  const loaded = await loadWorkflow(task);
  if (loaded === undefined) return false;
  const success = await runWorkflow({
    ...task,
    loaded,
    ...(proof !== undefined && { token: proof.document.token }),
  });
  if (success) file.noteInputs(inputs);
  else if (proof !== undefined) file.noteFailure(proof.document.token);
  return success;
});

const unproved = {
  message: 'deploy-plan did not run before this deploy, so a cached result of it could be a lie.',
  help: 'Run it without --exclude-task-dependencies; a target of your own needs deploy-plan in its dependsOn, or cache: false.',
};

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
