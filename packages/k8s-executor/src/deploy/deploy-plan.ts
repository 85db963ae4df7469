import {
  runPlan,
  type Clock,
  type DeploymentFile,
  type Diagnostic,
  type EventSink,
  type ExpectedDurations,
  type Plan,
  type Refusal,
  type RunSettled,
  type TaskId,
} from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { expectedDurations } from '../record/expected-durations.js';
import { readReceipt } from '../record/receipt.js';
import { recordRun } from '../record/record-run.js';
import type { RunOrigin } from '../record/run-origin.js';
import { createLiveObjects } from '../tasks/live-objects.js';
import { prepareRun, type PreparedRun, type PrepareRunOptions } from '../tasks/prepare-run.js';
import { barrierHints } from './barrier-hints.js';
import { holdLast, planPruning, type PruneChoice } from './pruning.js';

/** A plan, the cluster it is for, and how to run it. */
export interface DeployPlanOptions extends Pick<
  PrepareRunOptions,
  | 'preflight'
  | 'forceConflicts'
  | 'takeOwnership'
  | 'pruneStateful'
  | 'rerunJobs'
  | 'createNamespace'
  | 'grace'
  | 'onWarning'
  | 'runProgram'
  | 'images'
> {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Absolute: what the file's paths are relative to. */
  readonly directory: string;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  /** The time of day, for what is written into the cluster. */
  readonly wallClock: () => Date;
  /** The name of this run. */
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
  /** Default: prunes, asks nobody, refuses when a task came out empty. */
  readonly prune?: PruneChoice;
  /** What people should be told between events, e.g. what is being pruned. */
  readonly onNote?: (text: string) => void;
  /** Warnings and hints found while rendering and checking, before the first event. */
  readonly onDiagnostics?: (diagnostics: readonly Diagnostic[]) => void;
}

/** How it ended; or why nothing was written: mistakes in the files, or a refusal. */
export type DeployPlanResult =
  | { readonly kind: 'settled'; readonly settled: RunSettled }
  | { readonly kind: 'wrong'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Renders and checks the whole plan, then runs it: what `flotilla deploy` and `nx run app:deploy` both do. */
export async function deployPlan(options: DeployPlanOptions): Promise<DeployPlanResult> {
  const { plan, run, clock, sink, cluster, namespace, concurrency, cancelled, allowDegraded } = options;
  const [prepared, receipt] = await Promise.all([
    prepareRun(options),
    readReceipt(cluster, { deployment: plan.name, namespace }),
  ]);
  if (!prepared.ok) {
    if ('diagnostics' in prepared) return { kind: 'wrong', diagnostics: prepared.diagnostics };
    return { kind: 'refused', refusal: prepared.refusal };
  }
  const known = receipt.ok ? receipt.value : undefined;
  options.onDiagnostics?.([...prepared.run.diagnostics, ...barrierHints(options.file, plan, known)]);
  const planned = await planPruning({
    ...options,
    prepared: prepared.run,
    choice: options.prune ?? { enabled: true, allowEmpty: false },
    onNote: options.onNote ?? (() => undefined),
  });
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  const refusal = (await prepared.run.begin()) ?? (await prepared.run.openInventory(cluster));
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const ran = await runPlan(plan, {
    run,
    cluster: cluster.server,
    runner: prepared.run.runner,
    clock,
    sink: holdLast(sink),
    durations: options.durations ?? expectedDurations(known),
    ...(concurrency !== undefined && { concurrency }),
    ...(cancelled !== undefined && { cancelled }),
    ...(allowDegraded !== undefined && { allowDegraded }),
  });
  const settled = await planned.pruning.finish(ran, cluster);
  await writeReceipt(options, prepared.run, settled);
  sink(settled);
  return { kind: 'settled', settled };
}

/** A run without a receipt is as good as any other: it is only not known later what it did. */
async function writeReceipt(
  options: DeployPlanOptions,
  run: PreparedRun,
  settled: RunSettled,
): Promise<void> {
  const { cluster, clock, plan, namespace } = options;
  const live = createLiveObjects(cluster, clock, { deployment: plan.name, namespace });
  const objectsOf = (task: TaskId) => run.objectsOf(task);
  const written = await recordRun({ ...options, settled, objectsOf, live, at: options.wallClock() });
  if (!written.ok)
    options.onWarning?.(
      `the receipt could not be written: ${written.failure.kind === 'aborted' ? 'it was stopped' : written.failure.message}`,
    );
}
