import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.js';
import type { ProgramOptions, ProgramResult } from '../control-plane/run-program.js';
import { flotilla } from './flotilla.js';

/** Text by path, relative to the folder of a deployment. */
export type DeploymentFiles = Readonly<Record<string, string>>;

/** Files of a deployment in a folder of their own (which the caller removes), and the namespace that it is for. */
export interface Deployment {
  readonly folder: string;
  readonly namespace: string;
  write(files: DeploymentFiles): Promise<void>;
  /** `flotilla <words> -f … -n …` as the user of the kubeconfig; default: the admin. */
  run(words: readonly string[], options?: ProgramOptions, kubeconfig?: string): Promise<ProgramResult>;
  /** As `kubectl -n <namespace>`; throws when it fails. */
  kubectl(words: readonly string[], input?: string): Promise<string>;
}

/** The admin of a control plane, perhaps by another way than the usual. */
export type DeploymentTarget = Pick<ControlPlane, 'kubectl'> & {
  readonly kubeconfig: Pick<ControlPlane['kubeconfig'], 'admin'>;
};

/** Lays out files in a new folder; the namespace is not made. */
export async function createDeployment(
  cluster: DeploymentTarget,
  namespace: string,
  files: DeploymentFiles,
): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-deployment-'));
  const write = async (given: DeploymentFiles) => {
    for (const [name, text] of Object.entries(given)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  await write(files);
  const where = ['-f', join(folder, 'flotilla.yaml'), '-n', namespace];
  return {
    folder,
    namespace,
    write,
    run: (words, options, kubeconfig = cluster.kubeconfig.admin) =>
      flotilla([...words, ...where, '--kubeconfig', kubeconfig], options),
    async kubectl(words, input) {
      const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...words], input);
      if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`);
      return stdout;
    },
  };
}
