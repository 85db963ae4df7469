import type { Clock, DeploymentFile, Plan, TaskId } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { GraceTimes } from '../failure/grace-times.js';
import type { RenderedTask } from '../manifest/render-plan.js';
import type { Images } from '../manifest/replace-images.js';
import { type RunProgram } from '../manifest/run-program.js';
import type { Redactor } from '../objects/redactor.js';

/** Objects that were applied before and are put back, instead of what the files say now. */
export interface RecordedObjects {
  readonly rendered: readonly RenderedTask[];
  /** When each task's revision was stored, by the API server's clock. */
  readonly storedAt: ReadonlyMap<TaskId, string>;
}

/** What a run is prepared from. */
export interface PrepareRunOptions {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** The folder of the flotilla file, absolute; paths in the file are relative to it. */
  readonly directory: string;
  readonly cluster: Cluster;
  /** The deployment's own namespace, and where namespaced objects without one go. */
  readonly namespace: string;
  readonly clock: Clock;
  /** How renderers (kubectl, kustomize, helm) are run; default: child processes without a shell. */
  readonly runProgram?: RunProgram;
  /** What was built, to deploy instead of the images that the files name. */
  readonly images?: Images;
  /** Ends renderers that are still at work; nobody waits for the result then. */
  readonly signal?: AbortSignal;
  /** Learns the values of all Secrets that are rendered or read; give your own to use it for other outputs too. */
  readonly redactor?: Redactor;
  /** Dry run of every object and access review before the first write; default true (`--no-preflight`). */
  readonly preflight?: boolean;
  /** Takes fields over from other managers (`--force-conflicts`). */
  readonly forceConflicts?: boolean;
  /** Runs jobs again that have already succeeded (`--rerun-jobs`). */
  readonly rerunJobs?: boolean;
  /** Deletes and makes anew what cannot be changed (`--replace`); jobs are always. */
  readonly replace?: boolean;
  /** Creates the deployment's own namespace when it is missing (`--create-namespace`); default: that is a mistake. */
  readonly createNamespace?: boolean;
  /** How long evidence must last before it fails a task (execution.md §3); default: as the file says. */
  readonly grace?: GraceTimes;
  /** A rollback: what is applied instead of what the files render. */
  readonly recorded?: RecordedObjects;
  /** Takes objects over from another ApplySet, and the inventory from another tool (`--take-ownership`). */
  readonly takeOwnership?: boolean;
  /** Claims, volumes, namespaces and CRDs are deleted like everything else (`--prune-stateful`). */
  readonly pruneStateful?: boolean;
  /** Requests that one task has under way at the same time; default 32. */
  readonly applyConcurrency?: number;
  /** Names a key that nobody can guess (see `DeploymentKey`); default: from the machine's randomness. */
  readonly newKey?: () => string;
  /** `Warning:` headers of the API server, each text once. */
  readonly onWarning?: (message: string) => void;
}
