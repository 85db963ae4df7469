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
} from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { prepareRun, type PrepareRunOptions } from '../tasks/prepare-run.js';

/** A plan, the cluster it is for, and how to run it. */
export interface DeployPlanOptions extends Pick<
  PrepareRunOptions,
  'preflight' | 'forceConflicts' | 'rerunJobs' | 'createNamespace' | 'grace' | 'onWarning'
> {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** Absolute: what the file's paths are relative to. */
  readonly directory: string;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  /** The name of this run. */
  readonly run: string;
  readonly sink: EventSink;
  /** Tasks in flight at the same time; absent: no bound. */
  readonly concurrency?: number;
  readonly durations?: ExpectedDurations;
  /** Aborts with a CancelReason. */
  readonly cancelled?: AbortSignal;
  readonly allowDegraded?: boolean;
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
  const prepared = await prepareRun(options);
  if (!prepared.ok) {
    if ('diagnostics' in prepared) return { kind: 'wrong', diagnostics: prepared.diagnostics };
    return { kind: 'refused', refusal: prepared.refusal };
  }
  options.onDiagnostics?.(prepared.run.diagnostics);
  const refusal = await prepared.run.begin();
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const { plan, run, clock, sink, cluster, concurrency, cancelled, allowDegraded } = options;
  const settled = await runPlan(plan, {
    run,
    cluster: cluster.server,
    runner: prepared.run.runner,
    clock,
    sink,
    durations: options.durations ?? (() => 1),
    ...(concurrency !== undefined && { concurrency }),
    ...(cancelled !== undefined && { cancelled }),
    ...(allowDegraded !== undefined && { allowDegraded }),
  });
  return { kind: 'settled', settled };
}
