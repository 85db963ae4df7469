import type { WorkflowOptions } from './options';

/** How objects are written, as runs and diffs take it. */
export interface WriteChoice {
  readonly createNamespace: boolean;
  readonly forceConflicts: boolean;
  readonly replace: boolean;
  readonly rerunJobs: boolean;
  readonly takeOwnership: boolean;
  readonly pruneStateful: boolean;
}

/** `simulated`: nobody has had a chance to create the namespace. */
export function writeChoice(
  options: WorkflowOptions,
  { simulated }: { readonly simulated: boolean },
): WriteChoice {
  return {
    createNamespace: options.createNamespace === true || simulated,
    forceConflicts: options.forceConflicts ?? false,
    replace: options.replace ?? false,
    rerunJobs: options.rerunJobs ?? false,
    takeOwnership: options.takeOwnership ?? false,
    pruneStateful: options.pruneStateful ?? false,
  };
}

/** Whether what the files no longer have is taken away. */
export function wantsPruning({ prune, noPrune }: WorkflowOptions): boolean {
  return prune !== false && noPrune !== true;
}
