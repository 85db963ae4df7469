import type { Clock, DeploymentFile, Diagnostic, Plan, TaskId, TaskRunner } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { GraceTimes } from '../failure/grace-times.js';
import type { RunProgram } from '../manifest/run-program.js';

/** Takes the values of Secrets out of a text. Every text that leaves a task passes it. */
export type Redact = (text: string) => string;

/** What a run is prepared from. */
export interface PrepareRunOptions {
  readonly file: DeploymentFile;
  readonly plan: Plan;
  /** The folder of the flotilla file; paths in the file are relative to it. */
  readonly directory: string;
  readonly cluster: Cluster;
  /** Where namespaced objects without a namespace go. */
  readonly namespace: string;
  readonly clock: Clock;
  /** How renderers (kubectl, kustomize, helm) are run; default: child processes without a shell. */
  readonly runProgram?: RunProgram;
  /** Default: removes the values of all Secrets that this run renders. */
  readonly redact?: Redact;
  /** Called with the values of Secrets as they are rendered or read, so that other outputs can redact them too. */
  readonly onSecretValue?: (value: string) => void;
  /** Dry run of every object and access review before the first write; default true (`--no-preflight`). */
  readonly preflight?: boolean;
  /** Takes fields over from other managers (`--force-conflicts`). */
  readonly forceConflicts?: boolean;
  /** Runs jobs again that have already succeeded (`--rerun-jobs`). */
  readonly rerunJobs?: boolean;
  /** How long evidence must last before it fails a task (execution.md §3). */
  readonly grace?: Partial<GraceTimes>;
  /** Objects of one task that are applied at the same time; default 16. */
  readonly applyConcurrency?: number;
  /** `Warning:` headers of the API server, each text once. */
  readonly onWarning?: (message: string) => void;
}

/** A run that may begin: everything is rendered and checked, nothing is written. */
export interface PreparedRun {
  readonly runner: TaskRunner;
  /** The objects of a task as they will be applied, in apply order; none for tasks without objects. */
  objectsOf(task: TaskId): readonly KubeObject[];
  /** Warnings and hints that were found on the way. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Why a run may not begin, when it is not the file's fault. Exit codes as in cli.md. */
export interface PrepareRefusal {
  readonly exitCode: 65 | 66 | 69 | 77;
  readonly message: string;
  readonly help?: string;
}

export type PrepareRunResult =
  | { readonly ok: true; readonly run: PreparedRun }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly refusal: PrepareRefusal };

/**
 * Renders every task of the plan, checks the objects, and (unless `preflight` is false) lets the server dry-run
 * each of them, before the first write. All problems come together.
 */
export type PrepareRun = (options: PrepareRunOptions) => Promise<PrepareRunResult>;
