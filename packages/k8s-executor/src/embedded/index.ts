export { startEmbeddedCluster } from './start-embedded-cluster.js';
export type { EmbeddedCluster, EmbeddedClusterOptions, Scenario } from './start-embedded-cluster.js';
