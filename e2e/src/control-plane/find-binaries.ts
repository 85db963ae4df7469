import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { buildTools } from './build-tools.js';
import { cacheFolder } from './make-once.js';
import { buildKey, type ToolModule } from './tool-modules.js';

/**
 * The folder that holds the module's binaries: the one in KUBEBUILDER_ASSETS (envtest's convention) when it has
 * all of them, else the user's cache, where they are built on first use (minutes, needs Go). Throws when the
 * build fails, with what `go` said.
 */
export async function findBinaries(module: ToolModule, environment = process.env): Promise<string> {
  const assets = environment['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && (await holdsAll(assets, module.binaries))) return assets;
  const folder = join(
    cacheFolder(environment),
    'control-plane',
    `${module.name}-${await buildKey(module)}`,
    'bin',
  );
  if (!(await holdsAll(folder, module.binaries))) await buildTools(module, folder);
  return folder;
}

async function holdsAll(folder: string, binaries: readonly string[]): Promise<boolean> {
  const checks = binaries.map((binary) => access(join(folder, binary), constants.X_OK));
  return (await Promise.allSettled(checks)).every((check) => check.status === 'fulfilled');
}
