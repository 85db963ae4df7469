import { systemClock } from '@flotilla/core';
import type { DiffPlanOptions, OpenedCluster } from '@flotilla/k8s-executor';
import type { Invocation } from './command.js';
import { readImages } from './read-images.js';

type ChangeOptions = Omit<DiffPlanOptions, 'file' | 'plan' | 'directory'>;

/** What `approvalFlags` say, and the cluster that they are about. */
export function readChangeOptions(invocation: Invocation, opened: OpenedCluster): ChangeOptions {
  const { flags } = invocation;
  const { cluster, namespace, simulated } = opened;
  return {
    cluster,
    namespace,
    clock: systemClock,
    ...readImages(invocation),
    redactor: invocation.ports.redactor,
    forceConflicts: flags.has('force-conflicts'),
    replace: flags.has('replace'),
    rerunJobs: flags.has('rerun-jobs'),
    takeOwnership: flags.has('take-ownership'),
    prune: !flags.has('no-prune'),
    pruneStateful: flags.has('prune-stateful'),
    allowEmpty: flags.has('allow-empty'),
    createNamespace: flags.has('create-namespace') || simulated,
  };
}
