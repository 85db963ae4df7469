import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { runProgram, type ProgramResult } from '../control-plane/run-program.js';
import type { Deployment } from './deployment.js';

const script = `require(process.argv[1]).default(...JSON.parse(process.argv[2])).then(({ success }) => {
  process.exitCode = success ? 0 : 1;
})`;

const builtPlugin = fileURLToPath(new URL('../../../packages/nx-plugin', import.meta.url));

/** Runs an executor of the built plugin (`deploy/executor`) for a deployment on a control plane. */
export async function runExecutor(
  executor: string,
  task: { readonly cluster: ControlPlane; readonly project: Deployment; readonly options: object },
): Promise<ProgramResult> {
  const { folder, namespace } = task.project;
  const options = { kubeconfig: task.cluster.kubeconfig.admin, namespace, ...task.options };
  return runExecutorOf(builtPlugin, executor, { folder, options });
}

/**
 * Runs an executor of the plugin in a folder in a process of its own, as Nx does, for a deployment that is the only project
 * of its workspace: what it prints is what Nx shows and stores.
 */
export async function runExecutorOf(
  plugin: string,
  executor: string,
  { folder, options }: { readonly folder: string; readonly options: object },
): Promise<ProgramResult> {
  const module = join(plugin, 'dist/executors', executor);
  const context = {
    root: folder,
    cwd: folder,
    projectName: 'shop',
    projectsConfigurations: { version: 2, projects: { shop: { root: '.' } } },
    projectGraph: { nodes: {}, dependencies: {} },
  };
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', NX_DAEMON: 'false' };
  return runProgram(process.execPath, ['-e', script, module, JSON.stringify([options, context])], { env });
}
