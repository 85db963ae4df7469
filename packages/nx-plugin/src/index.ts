export { createNodes, createNodesV2 } from './plugin';
export type { PluginOptions } from './infer-targets';

/** The plugin's name in nx.json. */
export const name = '@flotilla/nx-plugin';
