// Nx 22 asks for the second name.
export { createNodes, createNodes as createNodesV2 } from './plugin';
export { createDependencies } from './create-dependencies';
export type { EnvironmentOptions, PluginOptions } from './plugin-options';

/** The plugin's name in nx.json. */
export const name = '@flotilla/nx-plugin';
