import type { RunSettled, TaskOutcomeKind } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelValue, taskLabel } from '../manifest/labels.js';
import type { KeptObject, Prunable } from '../record/find-prunable.js';
import { removalLevels } from '../record/removal-order.js';
import { removeObjects, type Removal } from '../tasks/remove/remove-objects.js';
import type { RunContext } from '../tasks/run-context.js';

export interface PruneOptions {
  readonly context: RunContext;
  readonly signal: AbortSignal;
  /** What is not gone by then is left to go by itself. */
  readonly timeoutMs: number;
  /** Told what happens, one line at a time. */
  readonly onNote: (text: string) => void;
}

/** What became of what was to be pruned. */
export interface Pruned {
  readonly removed: readonly KubeObject[];
  readonly kept: readonly KeptObject[];
  readonly failure?: string;
}

const good: readonly TaskOutcomeKind[] = ['succeeded', 'unchanged', 'recovered'];

/**
 * Deletes what the run has found prunable, dependents first. What belongs to a task that ended with an error stays:
 * the version that still runs may need it; so does what belongs to tasks that are gone, unless all others are well.
 */
export async function pruneAfterRun(
  prunable: Prunable,
  settled: RunSettled,
  options: PruneOptions,
): Promise<Pruned> {
  const { context } = options;
  const outcomes = new Map(settled.tasks.map(({ task, outcome }) => [labelValue(task), outcome] as const));
  const isAllWell = [...outcomes.values()].every((outcome) => good.includes(outcome));
  const mayGo = (object: KubeObject) => {
    const outcome = outcomes.get(object.metadata.labels?.[taskLabel] ?? '');
    return outcome === undefined ? isAllWell : good.includes(outcome);
  };
  const reason = 'the run has left errors behind, and what still runs may need it';
  const spared = prunable.doomed.filter((object) => !mayGo(object));
  const kept = [...prunable.kept, ...spared.map((object) => ({ object, reason, stateful: false }))];
  const doomed = prunable.doomed.filter(mayGo);
  if (doomed.length === 0) return { removed: [], kept };
  const levels = removalLevels(doomed, context.membership.dependencies());
  return { ...(await removeInTime(levels, options)), kept };
}

/** A finalizer that nobody takes away must not hold the run, and its lock, for ever. */
async function removeInTime(
  levels: readonly (readonly KubeObject[])[],
  { context, signal, timeoutMs, onNote }: PruneOptions,
): Promise<Removal> {
  const { clock } = context;
  const [done, late] = [new AbortController(), new AbortController()];
  let last = '';
  void clock.until(clock.now() + timeoutMs, done.signal).then(() => {
    late.abort();
  });
  const removal = await removeObjects(levels, context, {
    signal: AbortSignal.any([signal, late.signal]),
    progress: ({ message }) => {
      last = message;
      onNote(`pruning: ${message}`);
    },
  });
  const isLate = late.signal.aborted && !signal.aborted;
  done.abort();
  if (removal.failure === undefined || !isLate) return removal;
  return { ...removal, failure: `not finished within ${String(timeoutMs / 1000)} s: ${last}` };
}
