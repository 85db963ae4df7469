export type { ApiFailure, ApiResult, StatusCause } from './cluster/api-failure.js';
export type * from './cluster/cluster.js';
export type { Json, JsonObject } from './cluster/json.js';
export { keyOf, printReference, referenceOf } from './cluster/kube-object.js';
export type { KubeObject, ObjectMeta } from './cluster/kube-object.js';
