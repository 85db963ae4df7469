export type { ApiFailure, ApiResult, StatusCause } from './cluster/api-failure.js';
export type * from './cluster/cluster.js';
export type { Json, JsonObject } from './cluster/json.js';
export { keyOf, printReference, referenceOf } from './cluster/kube-object.js';
export type { KubeObject, ObjectMeta } from './cluster/kube-object.js';
export { connectTo } from './cluster/connect-to.js';
export type { ConnectToOptions } from './cluster/connect-to.js';
export type { Environment } from './cluster/environment.js';
export { processEnvironment } from './cluster/process-environment.js';
export { connectCluster } from './cluster/connect-cluster.js';
export type {
  ConnectClusterOptions,
  ConnectClusterResult,
  ConnectRefusal,
} from './cluster/connect-cluster.js';
export type { DeployPlanOptions, DeployPlanResult } from './deploy/deploy-options.js';
export { deployPlan } from './deploy/deploy-plan.js';
export { describeUnreadLock, readLock } from './record/lock/read-lock.js';
export { requestUnlock, type UnlockOptions, type UnlockResult } from './record/lock/request-unlock.js';
export type { LockHolder } from './record/lock/lease-record.js';
export { formatHolder } from './record/lock/lock-refusals.js';
export type { JournalMode } from './record/journal/open-journal.js';
export { formatDiff } from './diff/format-diff.js';
export {
  approvedItems,
  isSealed,
  sealPlan,
  type ApprovedItem,
  type ApprovedPlan,
} from './deploy/approved-plan.js';
export { diffPlan } from './diff/diff-plan.js';
export type { DiffPlanOptions, DiffPlanResult } from './diff/diff-plan.js';
export type { DiffItem, DiffKept } from './diff/diff-item.js';
export { maskSecret } from './deploy/mask-secret.js';
export {
  openCluster,
  type ClusterChoice,
  type OpenClusterResult,
  type OpenedCluster,
} from './deploy/open-cluster.js';
export { renderPlan, type RenderedTask } from './manifest/render-plan.js';
export { prepareRun } from './prepare/prepare-run.js';
export type { PrepareRunOptions } from './prepare/prepare-options.js';
export type { PreparedRun, PrepareRunResult } from './prepare/prepared-run.js';
export { addFile, addObjects, createRedactor, redactJson } from './objects/redactor.js';
export type { Redactor } from './objects/redactor.js';
export type { RenderOptions } from './manifest/render-plan.js';
export { parseManifests } from './manifest/parse-manifests.js';
export type { Manifest } from './manifest/parse-manifests.js';
export type { ProgramRequest, ProgramResult, RunProgram } from './manifest/run-program.js';
export { parseObjects } from './manifest/parse-objects.js';
export { judge } from './readiness/judge.js';
export type { Readiness } from './readiness/readiness.js';
export { chooseGrace, defaultGraceTimes, parseGrace } from './failure/grace-times.js';
export type { GraceTimes } from './failure/grace-times.js';
export { checkReadyRules } from './prepare/task-readiness.js';
export { formatStatus, type ShownStatus } from './status/format-status.js';
export { readStatus } from './status/status.js';
export type { StatusOptions, StatusResult, TaskState, TaskStatus } from './status/status.js';
export type { Receipt } from './record/receipt.js';
export { proveDeployment } from './status/prove-deployment.js';
export type { Proof, ProofReason, ProofResult, ProveOptions } from './status/prove-deployment.js';
export { readClusterUid } from './record/cluster-uid.js';
export { findRunOrigin, type RunOrigin } from './record/run-origin.js';
export { createClusterPool, type ClusterPool } from './deploy/cluster-pool.js';
export { parseProof, printProof, printReasons, proofDocument } from './deploy/proof-document.js';
export type { ProofDocument } from './deploy/proof-document.js';
export { readImages, type ReadImagesResult } from './deploy/read-images.js';
export { rollbackDeployment, type RollbackDeploymentOptions } from './deploy/rollback-deployment.js';
export type { SavedEvidence } from './deploy/save-evidence.js';
export { formatHistory } from './record/history/format-history.js';
export { readHistory } from './record/history/read-history.js';
export type { HistoryPlace, Revision, StoredRevision } from './record/history/revision.js';
