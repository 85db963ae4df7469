import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { runProgram, type ProgramResult } from '../control-plane/run-program.js';
import type { Deployment } from './deployment.js';

const script = `require(process.argv[1]).default(...JSON.parse(process.argv[2])).then(({ success }) => {
  process.exitCode = success ? 0 : 1;
})`;

/**
 * Runs an executor of the built plugin (`deploy/executor`) in a process of its own, as Nx does, for a deployment that is
 * the only project of its workspace: what it prints is what Nx shows and stores.
 */
export async function runExecutor(
  executor: string,
  task: { readonly cluster: ControlPlane; readonly project: Deployment; readonly options: object },
): Promise<ProgramResult> {
  const { folder, namespace } = task.project;
  const executors = '../../../packages/nx-plugin/dist/executors/';
  const module = fileURLToPath(new URL(`${executors}${executor}`, import.meta.url));
  const options = { kubeconfig: task.cluster.kubeconfig.admin, namespace, ...task.options };
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
