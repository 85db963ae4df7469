import { randomUUID } from 'node:crypto';
import type { LoadedPlan } from '@flotilla/core';
import type { ClusterPool } from '@flotilla/k8s-executor';
import { clusterChoice } from '../cluster-choice';
import { findImages } from '../find-images';
import { loadWorkflow } from '../load-workflow';
import type { NxTask } from '../nx-task';
import type { ProofOptions } from '../options';
import { printDiagnostics, printRefusal } from '../print';
import { openProofFile, type FoundProof } from '../proof-file';
import { findUnknownOption } from './find-unknown-option';

/** A project to prove, and who asks. */
export interface ProvedProject extends NxTask<ProofOptions> {
  readonly pool: ClusterPool;
}

/**
 * Asks the cluster whether a project is as its files say, and writes the proof. False (with the reason said, and no
 * proof left) when that cannot be known: a plan that fails must never become a hit.
 */
export async function proveProject(project: ProvedProject): Promise<boolean> {
  const { options, context, say } = project;
  const file = openProofFile(options, context);
  file.remove();
  const refusal = await findUnknownOption(options);
  if (refusal !== undefined) {
    printRefusal(refusal, say);
    return false;
  }
  const loaded = await loadWorkflow(project);
  if (loaded === undefined) return false;
  const found = await prove(project, loaded);
  if (found === undefined) return false;
  const { document, reasons } = found;
  // A failure that Nx has stored under this token would be replayed.
  const failed = file.hasFailed(document.token);
  await file.write(failed ? { ...found, document: { ...document, token: randomUUID() } } : found);
  const name = context.projectName ?? document.name;
  if (reasons.length === 0) say(`${name} is as its files say.\n`);
  else say(`${name} has to be deployed:\n${reasons.map((reason) => `  ${reason}\n`).join('')}`);
  return true;
}

async function prove(project: ProvedProject, loaded: LoadedPlan): Promise<FoundProof | undefined> {
  const { options, context, pool, redactor, say } = project;
  const { printReasons, proofDocument, proveDeployment, systemClock } = await import('../../runtime.mjs');
  // It ends with its run: there is nothing that could be proved.
  if (options.cluster === 'embedded')
    return { document: proofDocument(loaded.plan, randomUUID()), reasons: ['the cluster is a simulation'] };
  const images = await findImages(project);
  if (images === undefined) return undefined;
  const opened = await pool.open(loaded.file, clusterChoice(options, context));
  if (!opened.ok) {
    printRefusal(opened.refusal, say);
    return undefined;
  }
  const { cluster, namespace } = opened.opened;
  const result = await proveDeployment({
    ...loaded,
    images,
    cluster,
    namespace,
    clusterUid: pool.uidOf(cluster),
    redactor,
    clock: systemClock,
  });
  if (result.kind === 'proved') {
    const document = proofDocument(loaded.plan, randomUUID(), result.proof);
    return { document, reasons: printReasons(result.proof) };
  }
  if (result.kind === 'refused') printRefusal(result.refusal, say);
  else await printDiagnostics(result.diagnostics, options, say);
  return undefined;
}
