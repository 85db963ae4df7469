/** The plugin's options in nx.json. */
export interface PluginOptions {
  readonly deployTargetName?: string;
  readonly deployPlanTargetName?: string;
  readonly planTargetName?: string;
  readonly rehearseTargetName?: string;
  readonly diffTargetName?: string;
  readonly statusTargetName?: string;
  readonly destroyTargetName?: string;
  readonly historyTargetName?: string;
  readonly rollbackTargetName?: string;
  /** The target that builds a project's images and writes its `image.json`; it runs first. Default `image`. */
  readonly imageTargetName?: string;
  /** By name: an environment is a configuration of every target, with these options of the executors. */
  readonly environments?: Readonly<Record<string, EnvironmentOptions>>;
  /** What a deploy is made from, besides images; default: the project's YAML files and templates of charts. */
  readonly inputs?: readonly string[];
}

/** Where an environment is. */
export interface EnvironmentOptions {
  readonly context?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly workflow?: string;
  readonly envId?: string;
  readonly param?: readonly string[];
}

/** What each target is called. */
export interface TargetNames {
  readonly deploy: string;
  readonly deployPlan: string;
  readonly plan: string;
  readonly rehearse: string;
  readonly diff: string;
  readonly status: string;
  readonly destroy: string;
  readonly history: string;
  readonly rollback: string;
  readonly image: string;
}

/** The names of the targets: as the options say, else the executors' own. */
export function targetNames(options: PluginOptions): TargetNames {
  const deploy = options.deployTargetName ?? 'deploy';
  return {
    deploy,
    deployPlan: options.deployPlanTargetName ?? `${deploy}-plan`,
    plan: options.planTargetName ?? 'plan',
    rehearse: options.rehearseTargetName ?? 'rehearse',
    diff: options.diffTargetName ?? 'diff',
    status: options.statusTargetName ?? 'status',
    destroy: options.destroyTargetName ?? 'destroy',
    history: options.historyTargetName ?? 'history',
    rollback: options.rollbackTargetName ?? 'rollback',
    image: options.imageTargetName ?? 'image',
  };
}
