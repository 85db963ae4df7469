import type { Diagnostic, EventSink, ExpectedDurations, Refusal, RunSettled } from '@flotilla/core';
import type { JournalMode } from '../record/journal/open-journal.js';
import type { GuardedCluster } from '../record/lock/guard-writes.js';
import type { RunOrigin } from '../record/run-origin.js';
import type { PrepareRunOptions } from '../prepare/prepare-options.js';
import type { Redactor } from '../objects/redactor.js';
import type { RunContext } from '../tasks/run-context.js';
import type { ApprovedPlan } from './approved-plan.js';
import type { PruneChoice } from './pruning.js';
import type { Stopped } from './run-plumbing.js';
import type { SavedEvidence } from './save-evidence.js';

/** A plan, the cluster it is for, and how to run it. */
export interface DeployPlanOptions extends Pick<
  PrepareRunOptions,
  | 'file'
  | 'plan'
  | 'directory'
  | 'cluster'
  | 'namespace'
  | 'clock'
  | 'redactor'
  | 'preflight'
  | 'forceConflicts'
  | 'replace'
  | 'takeOwnership'
  | 'pruneStateful'
  | 'rerunJobs'
  | 'createNamespace'
  | 'grace'
  | 'onWarning'
  | 'runProgram'
  | 'newKey'
  | 'recorded'
  | 'images'
> {
  /** The time of day, for what is written into the cluster. */
  readonly wallClock: () => Date;
  /** Unique for this process: the run's name, unless it resumes one. */
  readonly run: string;
  readonly origin: RunOrigin;
  /** What a cache knows this run's result by (nx.md, "The cache must never lie" §1). */
  readonly token?: string;
  readonly sink: EventSink;
  /** Tasks in flight at the same time; absent: no bound. */
  readonly concurrency?: number;
  readonly durations?: ExpectedDurations;
  /** Aborts with a CancelReason. */
  readonly cancelled?: AbortSignal;
  readonly allowDegraded?: boolean;
  /** What somebody has approved: a run that is anything else by now is refused (65) under the lock, before its first object. */
  readonly approved?: Pick<ApprovedPlan, 'items'>;
  /** Default: prunes, asks nobody, refuses when a task came out empty. */
  readonly prune?: PruneChoice;
  /**
   * `resume`: goes on with the last run, which was killed or cut short (`--resume`). `take-over`: stops the run that is
   * under way and goes on in its place (`--take-over`). Default: a new run.
   */
  readonly mode?: JournalMode;
  /** How long to wait for another run (`--lock-timeout`); default 0. */
  readonly lockTimeoutMs?: number;
  /** How long a lock counts as held after its last renewal (`--lock-duration`); whole seconds, default 15,000. */
  readonly lockDurationMs?: number;
  /** What a halted run does with what it has changed (`--on-halt`); default: leaves it. */
  readonly onHalt?: 'rollback';
  /** Asked once everything is checked, before anything is written: what a rollback would take away, to be kept. */
  readonly collectEvidence?: (context: RunContext) => Promise<readonly SavedEvidence[]>;
  /** What people should be told between events: whose lock is waited for, what is resumed, what is being pruned. */
  readonly onNote?: (text: string) => void;
  /** Warnings and hints found while rendering and checking, before the first event. */
  readonly onDiagnostics?: (diagnostics: readonly Diagnostic[]) => void;
}

/** How it ended; or why no object was written: mistakes in the files, a refusal, or a cancellation before the run began. */
export type DeployPlanResult =
  | { readonly kind: 'settled'; readonly settled: RunSettled }
  | { readonly kind: 'wrong'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | Stopped;

/** Why there is no run. */
export type Refused = Extract<DeployPlanResult, { kind: 'wrong' | 'refused' }>;

/** The options with what every part of a run shares; `cluster` is the guarded one. */
export type GuardedOptions = DeployPlanOptions & {
  readonly redactor: Redactor;
  readonly guard: GuardedCluster;
};
