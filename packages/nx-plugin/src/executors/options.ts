/** Options of the executors: the command line's flags in camelCase (nx.md). */
export interface WorkflowOptions {
  readonly file?: string;
  readonly workflow?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly cluster?: 'embedded';
  readonly concurrency?: number;
  readonly param?: readonly string[];
  readonly envId?: string;
  readonly strict?: boolean;
  readonly allowDegraded?: boolean;
  readonly noPreflight?: boolean;
  readonly forceConflicts?: boolean;
  readonly rerunJobs?: boolean;
  readonly verbose?: boolean;
}
