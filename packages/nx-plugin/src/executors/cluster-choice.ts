import { resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { ClusterChoice } from '@flotilla/k8s-executor';
import type { WorkflowOptions } from './options';

/** The real cluster that the options name; paths are relative to the workspace's root. */
export function clusterChoice(
  { kubeconfig, context: kubeContext, namespace }: WorkflowOptions,
  context: ExecutorContext,
): Pick<ClusterChoice, 'kubeconfig' | 'context' | 'namespace'> {
  return {
    ...(kubeconfig !== undefined && { kubeconfig: resolve(context.root, kubeconfig) }),
    ...(kubeContext !== undefined && { context: kubeContext }),
    ...(namespace !== undefined && { namespace }),
  };
}
