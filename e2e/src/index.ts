export { isWrite, type AuditEvent } from './control-plane/audit-log.js';
export {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from './control-plane/control-plane.js';
export { findBinaries } from './control-plane/find-binaries.js';
export { runProgram, type ProgramOptions, type ProgramResult } from './control-plane/run-program.js';
export { helmModule, kubernetesModule } from './control-plane/tool-modules.js';
export {
  applyPatch,
  createKubeClient,
  KubeError,
  mergePatch,
  type KubeClient,
} from './kube-client/kube-client.js';
export { defaultNodeSettings, type NodeSettings } from './simulated-nodes/settings.js';
export { adminIdentity } from './testing/admin-identity.js';
export { layOutNxWorkspace, type NxWorkspace } from './testing/nx-workspace.js';
export { packPackages } from './testing/packed.js';
