import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { findBinaries } from '../control-plane/find-binaries.js';
import { runProgram, type ProgramResult } from '../control-plane/run-program.js';
import { kubernetesModule } from '../control-plane/tool-modules.js';

interface ApplySet {
  /** The parent, as kubectl takes it: `configmap/team`, `fleets.example.org/all`. */
  readonly parent: string;
  readonly manifest: string;
  /** Default: all namespaces of the manifest. */
  readonly namespace?: string;
}

/** `kubectl apply --prune --applyset`, which is in alpha. */
export async function applySet(
  cluster: ControlPlane,
  { parent, manifest, namespace }: ApplySet,
): Promise<ProgramResult> {
  const kubectl = join(await findBinaries(kubernetesModule), 'kubectl');
  const where = namespace === undefined ? [] : ['-n', namespace];
  const args = ['apply', '--prune', `--applyset=${parent}`, ...where, '-f', '-'];
  const env = { KUBECTL_APPLYSET: 'true', KUBECONFIG: cluster.kubeconfig.admin, HOME: cluster.folder };
  return await runProgram(kubectl, args, { env, input: manifest });
}
