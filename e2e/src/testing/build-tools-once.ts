import { findBinaries } from '../control-plane/find-binaries.js';
import { etcdModule, helmModule, kstatusModule, kubernetesModule } from '../control-plane/tool-modules.js';
import { installNxOnce } from './nx-workspace.js';

/** Jest's global setup: what takes minutes on a fresh machine happens before any test's clock runs. */
export default async function buildToolsOnce(): Promise<void> {
  const modules = [etcdModule, kubernetesModule, helmModule, kstatusModule];
  for (const module of modules) await findBinaries(module);
  await installNxOnce();
}
