export { startEmbeddedCluster } from './start-embedded-cluster.js';
export type { EmbeddedCluster, EmbeddedClusterOptions } from './start-embedded-cluster.js';
export type { Scenario } from './create-embedded-server.js';
