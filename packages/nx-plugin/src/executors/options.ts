/** Options of the executors: the command line's flags in camelCase (nx.md). */
export interface WorkflowOptions {
  readonly file?: string;
  readonly workflow?: string;
  readonly only?: readonly string[];
  readonly timeout?: string;
  /** Files that builds have written, relative to the workspace's root. */
  readonly images?: readonly string[];
  readonly context?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly cluster?: 'embedded';
  /** A rehearsal file that says how the embedded cluster behaves, relative to the workspace's root. */
  readonly with?: string;
  readonly speed?: number;
  readonly concurrency?: number;
  readonly param?: readonly string[];
  readonly envId?: string;
  readonly strict?: boolean;
  readonly allowDegraded?: boolean;
  readonly noPreflight?: boolean;
  /** What `--no-preflight` becomes when Nx reads it. */
  readonly preflight?: boolean;
  readonly createNamespace?: boolean;
  readonly forceConflicts?: boolean;
  readonly rerunJobs?: boolean;
  readonly replace?: boolean;
  readonly takeOwnership?: boolean;
  readonly noPrune?: boolean;
  /** What `--no-prune` becomes when Nx reads it. */
  readonly prune?: boolean;
  readonly pruneStateful?: boolean;
  readonly allowEmpty?: boolean;
  /** `image-not-found=30s`, … */
  readonly grace?: readonly string[];
  /** What a halted run does with what it has changed; default: leaves it. */
  readonly onHalt?: 'rollback';
  /** Goes on with the last run, which was killed or cut short. */
  readonly resume?: boolean;
  /** Stops the run that is under way and goes on in its place. */
  readonly takeOver?: boolean;
  /** `10m`, …: how long to wait for another run. */
  readonly lockTimeout?: string;
  readonly lockDuration?: string;
  readonly verbose?: boolean;
}

/** Options of `history` and `rollback`. */
export interface RevisionOptions extends WorkflowOptions {
  readonly tasks?: readonly string[];
  /** Of `rollback`: the revision, for exactly one task. */
  readonly to?: number;
}

/** Options of `deploy` and `deploy-plan`, which takes all of its. */
export interface ProofOptions extends WorkflowOptions {
  /** Where the proof is written and read, relative to the workspace's root. */
  readonly proofFile?: string;
}
