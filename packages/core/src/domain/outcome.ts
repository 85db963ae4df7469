import type { TaskId } from './ids.js';

/** A Kubernetes object by name. `namespace` is absent for cluster-wide kinds. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * What a failure report is made of, in the order in which it is printed (execution.md §3): most useful first.
 * Holds no secret: it went through the redactor.
 */
export interface Evidence {
  /** The probable cause, in one sentence. */
  readonly cause: string;
  /** What to do about it, in one sentence. */
  readonly advice?: string;
  readonly object?: ObjectReference;
  /** The object's final state in words, e.g. `0 of 2 replicas ready`. */
  readonly state?: string;
  readonly events: readonly {
    readonly type: string;
    readonly reason: string;
    readonly message: string;
    readonly count: number;
  }[];
  /** The last lines (25 at most) of the containers that failed. */
  readonly logs: readonly {
    readonly pod: string;
    readonly container: string;
    /** True when these are the lines of the run before the last restart. */
    readonly previous: boolean;
    readonly lines: readonly string[];
  }[];
  /** The command to look further. */
  readonly command?: string;
}

/** What became of one try at a task, as its runner tells it. `reason` is one line for people. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly reason: string }
  | { readonly kind: 'unchanged'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly evidence?: Evidence }
  /** Somebody else has put another version in its place: nothing is known of this one, and it is not its failure. */
  | { readonly kind: 'superseded'; readonly reason: string; readonly evidence?: Evidence };

/** How a task ends (semantics.md §3). */
export type TaskOutcome =
  | Verdict
  | { readonly kind: 'recovered'; readonly reason: string; readonly evidence?: Evidence }
  | { readonly kind: 'timed-out'; readonly reason: string; readonly evidence?: Evidence }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly culprit?: TaskId }
  | { readonly kind: 'skipped'; readonly reason: string; readonly culprit?: TaskId };

export type TaskOutcomeKind = TaskOutcome['kind'];

/**
 * True for a task that did not reach what was asked of it: failed, timed out, or superseded. It halts the run where
 * that was asked for (`halt_on_error`), else the run is degraded.
 */
export function isError({ kind }: { readonly kind: TaskOutcomeKind }): boolean {
  return kind === 'failed' || kind === 'timed-out' || kind === 'superseded';
}

/** How a run ends. A refused run has no events at all: nothing was written. */
export type RunOutcome = 'succeeded' | 'degraded' | 'halted' | 'cancelled' | 'superseded';

/** True for a run that did not go to its end: some of its tasks were stopped or never started. */
export function isCutShort(outcome: RunOutcome): boolean {
  return outcome === 'halted' || outcome === 'cancelled' || outcome === 'superseded';
}

/** Why a run is cancelled from outside. `superseded`: a newer run has asked for the lock and goes on in its place. */
export type CancelReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'lock-lost' | 'superseded';

/** A write that had been sent when the run was stopped and that nobody answered: it may have happened. */
export interface UnansweredWrite {
  readonly verb: 'apply' | 'create' | 'replace' | 'patch' | 'delete';
  readonly object: ObjectReference;
}
