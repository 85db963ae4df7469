import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createNodesFromFiles, type CreateNodes } from '@nx/devkit';
import { flotillaFiles, preferredFiles, projectRootOf } from './flotilla-files';
import { inferTargets } from './infer-targets';
import type { PluginOptions } from './plugin-options';

/**
 * Gives every project with a flotilla file its targets. Reads no flotilla file and loads nothing of
 * Kubernetes: what the file says is looked at when a target runs.
 */
export const createNodes: CreateNodes<PluginOptions> = [
  flotillaFiles,
  (files, options, context) =>
    createNodesFromFiles(
      (file, pluginOptions) => nodesOf(file, pluginOptions ?? {}, context.workspaceRoot),
      preferredFiles(files),
      options,
      context,
    ),
];

function nodesOf(file: string, options: PluginOptions, workspaceRoot: string) {
  const root = projectRootOf(file);
  if (!isProject(join(workspaceRoot, root))) return {};
  const targets = inferTargets({ file, root }, options);
  const metadata = { targetGroups: { Deployment: Object.keys(targets) } };
  return { projects: { [root]: { root, targets, metadata } } };
}

// Without one of these Nx does not know the folder as a project, and could not name it.
function isProject(directory: string): boolean {
  return existsSync(join(directory, 'project.json')) || existsSync(join(directory, 'package.json'));
}
