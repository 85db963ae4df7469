export { ApiCluster } from '../cluster/api-cluster.js';
export { clusterContract, runContractCase } from './cluster-contract.js';
export type { ContractCase } from './contract/contract-client.js';
export { transportTo } from './transport-to.js';
export { yamlForms, yamlProbes, yamlRefusals, yamlTraps, probeHead } from './yaml-probes.js';
