import type { DiffPlanOptions, OpenedCluster } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { planTarget } from './plan-target.js';

type ChangeOptions = Omit<DiffPlanOptions, 'file' | 'plan' | 'directory'>;

/** What `approvalFlags` say, and the cluster that they are about. */
export function readChangeOptions(invocation: Invocation, opened: OpenedCluster): ChangeOptions {
  const { flags } = invocation;
  return {
    ...planTarget(invocation, opened),
    forceConflicts: flags.has('force-conflicts'),
    replace: flags.has('replace'),
    rerunJobs: flags.has('rerun-jobs'),
    takeOwnership: flags.has('take-ownership'),
    prune: !flags.has('no-prune'),
    pruneStateful: flags.has('prune-stateful'),
    allowEmpty: flags.has('allow-empty'),
    createNamespace: flags.has('create-namespace') || opened.simulated,
  };
}
