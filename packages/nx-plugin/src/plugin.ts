import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createNodesFromFiles, type CreateNodes } from '@nx/devkit';
import { inferTargets, type PluginOptions } from './infer-targets';

const pattern = '**/{flotilla.yaml,.release/application_template.yaml}';

/**
 * Gives every project with a flotilla file its targets. Reads no flotilla file and loads nothing of
 * Kubernetes: what the file says is looked at when a target runs.
 */
export const createNodes: CreateNodes<PluginOptions> = [
  pattern,
  (files, options, context) =>
    createNodesFromFiles(
      (file, pluginOptions) => nodesOf(file, pluginOptions ?? {}, context.workspaceRoot),
      preferFlotillaFiles(files),
      options,
      context,
    ),
];

/** The same under the name that Nx 22 asks for. */
export const createNodesV2 = createNodes;

function nodesOf(file: string, options: PluginOptions, workspaceRoot: string) {
  const root = projectRootOf(file);
  if (!isProject(join(workspaceRoot, root))) return {};
  return { projects: { [root]: { root, targets: inferTargets(file, options) } } };
}

// A project with both files is deployed from its flotilla.yaml, as the command line would (semantics.md §1).
function preferFlotillaFiles(files: readonly string[]): readonly string[] {
  const roots = new Set(files.filter((file) => basename(file) === 'flotilla.yaml').map(projectRootOf));
  return files.filter((file) => basename(file) === 'flotilla.yaml' || !roots.has(projectRootOf(file)));
}

function projectRootOf(file: string): string {
  const directory = dirname(file);
  return basename(directory) === '.release' ? dirname(directory) : directory;
}

// Without one of these Nx does not know the folder as a project, and could not name it.
function isProject(directory: string): boolean {
  return existsSync(join(directory, 'project.json')) || existsSync(join(directory, 'package.json'));
}
