export type { Diagnostic, Checked, RelatedPlace } from './diagnostics/diagnostic.js';
export { checked, hasErrors, strict } from './diagnostics/diagnostic.js';
export type { DiagnosticCode, Severity } from './diagnostics/catalog.js';
export { diagnosticCatalog } from './diagnostics/catalog.js';
export type { Located, Position, SourceFile, SourceSpan } from './diagnostics/source.js';
export { lineText, positionAt } from './diagnostics/source.js';
export type * from './domain/clock.js';
export * from './domain/deployment-file.js';
export type * from './domain/event.js';
export * from './domain/ids.js';
export { createPriorityQueue } from './domain/priority-queue.js';
export { longestChains, type LongestChains } from './domain/longest-chain.js';
export * from './domain/outcome.js';
export type * from './domain/plan-comparison.js';
export type * from './domain/plan.js';
export type * from './domain/refusal.js';
export * from './domain/rehearsal.js';
export * from './domain/resumption.js';
export type * from './domain/task-explanation.js';
export type * from './domain/task-runner.js';
export { defaultWorkflow, workflowNames } from './compile/choose-workflow.js';
export { comparePlans } from './compile/compare-plans.js';
export { compilePlan, type CompileOptions } from './compile/compile-plan.js';
export { explainTask } from './compile/explain-task.js';
export { measureWithoutBarriers } from './compile/measure-without-barriers.js';
export { planToJson, type PlanDocument } from './report/plan-json.js';
export { planToYaml } from './report/plan-yaml.js';
export { planToText } from './report/plan-text.js';
export { planToMermaid } from './report/plan-mermaid.js';
export { planToDot } from './report/plan-dot.js';
export { eventToJson } from './report/event-json.js';
export { createPlainRenderer } from './report/plain-renderer.js';
export { countTasks, foldRun, runStateOf, type RunState, type TaskState } from './report/run-state.js';
export {
  defaultFilePaths,
  findFile,
  readText,
  type FoundFile,
  type FindFileResult,
} from './load/find-file.js';
export { decodeUtf8, undecodable } from './parse/decode-utf8.js';
export { loadPlan, type LoadedPlan, type LoadOptions, type LoadPlanResult } from './load/load-plan.js';
export { formatLive } from './report/live-view.js';
export { evidenceToText } from './report/failure-report.js';
export { formatDuration } from './report/format-duration.js';
export { formatSummary, type SummaryOptions } from './report/summary.js';
export { formatTaskLog } from './report/task-log.js';
export { formatWaiting } from './report/waiting-line.js';
export { nearest } from './diagnostics/nearest.js';
export { deploymentFileJsonSchema, deploymentFileSchema } from './parse/json-schema.js';
export { parseDeploymentFile } from './parse/parse-deployment-file.js';
export { renderDiagnostics } from './diagnostics/render-diagnostic.js';
export { hideSecrets } from './parse/hide-secrets.js';
export { isSecretName } from './domain/secret-name.js';
export { parseRehearsal } from './parse/parse-rehearsal.js';
export { parseDuration } from './parse/parse-duration.js';
export { cancelledExitCodes } from './schedule/settle-run.js';
export { cancelSettled } from './execute/cancel-reason.js';
export { runPlan, type RunOptions } from './execute/run-plan.js';
export { rehearsePlan, rehearsedDurations, type RehearseOptions } from './execute/rehearse-plan.js';
export { systemClock } from './execute/system-clock.js';
export { escapeMarkup } from './report/picture/markup.js';
export { planToHtml, planToSvg, timelineToHtml, timelineToSvg } from './report/pictures.js';
export { timelineToText } from './report/timeline/timeline-text.js';
export { renderComparison } from './report/render-comparison.js';
export { renderExplanation } from './report/render-explanation.js';
export type { PlanComparison } from './domain/plan-comparison.js';
export type { TaskExplanation } from './domain/task-explanation.js';
export { groupSteps, type GroupSyntax } from './report/group-steps.js';
