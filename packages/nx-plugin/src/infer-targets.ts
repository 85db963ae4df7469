import type { TargetConfiguration } from '@nx/devkit';

/** Names of the inferred targets; each can be changed in nx.json. */
export interface PluginOptions {
  readonly deployTargetName?: string;
  readonly planTargetName?: string;
  readonly destroyTargetName?: string;
}

/** The executors' options that every inferred target has. */
interface InferredOptions {
  /** The flotilla file, relative to the workspace's root. */
  readonly file: string;
}

/** The targets of a project with a flotilla file (nx.md). Pure: `file` is relative to the workspace's root. */
export function inferTargets(
  file: string,
  options: PluginOptions,
): Record<string, TargetConfiguration<InferredOptions>> {
  const { deployTargetName = 'deploy', planTargetName = 'plan', destroyTargetName = 'destroy' } = options;
  const target = (executor: string, description: string): TargetConfiguration<InferredOptions> => ({
    executor: `@flotilla/nx-plugin:${executor}`,
    options: { file },
    cache: false,
    metadata: { technologies: ['kubernetes'], description },
  });
  return {
    [deployTargetName]: {
      ...target('deploy', 'Brings the cluster to what the flotilla file says.'),
      dependsOn: [{ dependencies: true, target: deployTargetName, params: 'forward' }],
    },
    [planTargetName]: target('plan', 'Shows the plan of the flotilla file; touches no cluster.'),
    [destroyTargetName]: target('destroy', 'Runs the teardown workflow of the flotilla file.'),
  };
}
