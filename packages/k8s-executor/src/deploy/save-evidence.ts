import type { Evidence, TaskId } from '@flotilla/core';
import { collectEvidence } from '../failure/collect-evidence.js';
import { judge } from '../readiness/judge.js';
import { observe } from '../tasks/wait/observation.js';
import type { RunContext } from '../tasks/run-context.js';
import type { RollbackTarget } from './rollback-targets.js';

/** What speaks against a task as it is now. */
export interface SavedEvidence {
  readonly task: TaskId;
  readonly evidence: Evidence;
}

/**
 * What is to be seen of the tasks' present failures: state, events and logs, which a rollback takes away with the pods.
 * Nothing for a task that is well. Takes one look; waits for nothing.
 */
export async function collectPresentFailures(
  targets: readonly RollbackTarget[],
  context: RunContext,
): Promise<readonly SavedEvidence[]> {
  const found = await Promise.all(targets.map((target) => lookAt(target, context)));
  return found.flatMap((saved) => saved ?? []);
}

async function lookAt(
  { revision, live }: RollbackTarget,
  context: RunContext,
): Promise<SavedEvidence | undefined> {
  if (live.length === 0) return undefined;
  const objects = live.map((object) => ({ desired: object, applied: object, changed: false }));
  const observation = observe({ objects, judge }, context);
  try {
    const sight = await observation.lookOnce();
    if (sight === undefined) return undefined;
    await context.secrets.learn(sight.pods);
    const evidence = await collectEvidence(
      {
        object: sight.object,
        state: sight.readiness.message,
        symptom: sight.symptom,
        pods: sight.pods,
        related: sight.replicaSet === undefined ? [] : [sight.replicaSet],
      },
      { cluster: context.cluster, clock: context.clock, redact: (text) => context.redactor.redact(text) },
    );
    return { task: revision.task, evidence };
  } finally {
    observation.stop();
  }
}
