import { findBinaries } from '../control-plane/find-binaries.js';
import { etcdModule, helmModule, kubernetesModule } from '../control-plane/tool-modules.js';

/** Jest's global setup: what takes minutes on a fresh machine happens before any test's clock runs. */
export default async function buildToolsOnce(): Promise<void> {
  for (const module of [etcdModule, kubernetesModule, helmModule]) await findBinaries(module);
}
