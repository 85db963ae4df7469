export type { ApiFailure, ApiResult, StatusCause } from './cluster/api-failure.js';
export type * from './cluster/cluster.js';
export type { Json, JsonObject } from './cluster/json.js';
export { keyOf, printReference, referenceOf } from './cluster/kube-object.js';
export type { KubeObject, ObjectMeta } from './cluster/kube-object.js';
export { connectTo } from './cluster/connect-to.js';
export type { ConnectToOptions } from './cluster/connect-to.js';
export type { Environment } from './cluster/environment.js';
export { machineClock } from './cluster/machine-clock.js';
export { processEnvironment } from './cluster/process-environment.js';
export { connectCluster } from './cluster/connect-cluster.js';
export type {
  ConnectClusterOptions,
  ConnectClusterResult,
  ConnectRefusal,
} from './cluster/connect-cluster.js';
