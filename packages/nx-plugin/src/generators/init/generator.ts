import { formatFiles, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { name as pluginName } from '../../index';

/** Options of the generator `init`. */
export interface InitOptions {
  readonly skipFormat?: boolean;
}

/** Registers the plugin in nx.json, without options. Where it is registered already, nothing changes. */
export default async function initGenerator(tree: Tree, options: InitOptions = {}): Promise<void> {
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  const isRegistered = plugins.some(
    (entry) => (typeof entry === 'string' ? entry : entry.plugin) === pluginName,
  );
  if (isRegistered) return;
  updateNxJson(tree, { ...nxJson, plugins: [...plugins, { plugin: pluginName, options: {} }] });
  if (options.skipFormat !== true) await formatFiles(tree);
}
