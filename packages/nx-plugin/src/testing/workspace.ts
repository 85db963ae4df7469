import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { inferTargets } from '../infer-targets';

/** A workspace in a temporary folder. */
export interface Workspace {
  readonly root: string;
  /** What Nx hands to an executor that runs `target` of the project in the folder `apps/<project>`. */
  contextOf(project: string, target: string): ExecutorContext;
  remove(): void;
}

/** Writes files, by their paths relative to the workspace's root. */
export function createWorkspace(files: Readonly<Record<string, string>>): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'flotilla-nx-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    root,
    contextOf: (project, target) => contextOf(root, project, target),
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}

function contextOf(root: string, project: string, target: string): ExecutorContext {
  const projectRoot = `apps/${project}`;
  const targets = inferTargets({ file: `${projectRoot}/flotilla.yaml`, root: projectRoot }, {});
  return {
    root,
    cwd: root,
    isVerbose: false,
    projectName: project,
    targetName: target,
    projectsConfigurations: { version: 2, projects: { [project]: { root: projectRoot, targets } } },
    nxJsonConfiguration: {},
    projectGraph: { nodes: {}, dependencies: {} },
  };
}
