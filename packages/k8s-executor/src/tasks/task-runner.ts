import type {
  Evidence,
  TaskContext,
  TaskId,
  TaskNode,
  TaskProgress,
  TaskRunner,
  Verdict,
} from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { collectEvidence, evidenceAtHand } from '../failure/collect-evidence.js';
import { isUnchanged } from './apply/apply-objects.js';
import type { AppliedObject } from './apply/applied-object.js';
import { observe } from './wait/observation.js';
import type { Observation } from './wait/observation.js';
import { removeEnvironment } from './remove-environment.js';
import type { RunContext } from './run-context.js';
import { findingOf, runDeploymentTask, sourceOf } from './run-deployment-task.js';
import { runJobTask } from './run-job-task.js';
import { explainRemoval } from './remove/stuck-removal.js';

/** The port through which core runs tasks, over rendered objects and one cluster. */
export function createTaskRunner(
  objectsOf: (task: TaskId) => readonly KubeObject[],
  context: RunContext,
): TaskRunner {
  const observations = new Map<TaskId, Observation>();
  /** What a task has said last: all that is known of one that runs into its timeout before everything is applied. */
  const said = new Map<TaskId, TaskProgress>();
  const removals = new Map<TaskId, readonly KubeObject[]>();

  function keep(task: TaskNode): (observation: Observation) => void {
    return (observation) => {
      observations.get(task.id)?.stop();
      observations.set(task.id, observation);
    };
  }

  function runTask(task: TaskNode, taskContext: TaskContext): Promise<Verdict> {
    const objects = objectsOf(task.id);
    const keeping = { ...taskContext, keep: keep(task) };
    switch (task.kind) {
      case 'service':
      case 'chart':
        return runDeploymentTask(objects, context, { ...keeping, judge: context.judgeOf(task.id) });
      case 'job':
        return runJobTask(objects, context, { ...keeping, id: task.id });
      case 'remove-environment':
        return removeEnvironment(context, {
          ...taskContext,
          keepLeft: (left) => removals.set(task.id, left),
        });
    }
  }

  return {
    async run(task, taskContext) {
      const progress = (each: TaskProgress) => {
        said.set(task.id, each);
        taskContext.progress(each);
      };
      const verdict = await runTask(task, { ...taskContext, progress });
      if (verdict.kind !== 'failed') observations.get(task.id)?.stop();
      return verdict;
    },
    explain: (task, withinMs) =>
      task.kind === 'remove-environment'
        ? Promise.resolve(explainRemoval(removals.get(task.id) ?? []))
        : explainWait(observations.get(task.id), context, withinMs).then(
            (evidence) => evidence ?? explainApplying(said.get(task.id)),
          ),
    async recovery(task, signal) {
      const observation = observations.get(task.id) ?? (await observeLive(task, objectsOf(task.id), context));
      if (observation === undefined) return false;
      try {
        return await observation.untilHealed(signal);
      } finally {
        observation.stop();
      }
    },
  };
}

/** What a task that has not applied everything was at. */
function explainApplying(progress: TaskProgress | undefined): Evidence | undefined {
  if (progress === undefined) return undefined;
  const { phase, message, objects } = progress;
  const [object] = phase === 'wait' ? (objects ?? []) : [];
  const cause = phase === 'wait' ? `it still waited for ${message}` : `it was still ${message}`;
  return { cause, ...(object !== undefined && { object }), events: [], logs: [] };
}

/** What is known at hand when the cluster does not answer in time: a timeout is never left unexplained. */
async function explainWait(
  observation: Observation | undefined,
  context: RunContext,
  withinMs: number,
): Promise<Evidence | undefined> {
  const sight = observation?.worst();
  if (sight === undefined) return undefined;
  const finding = findingOf(sight, []);
  const source = sourceOf(context);
  const asked = new AbortController();
  const { clock } = context;
  const answer = context.secrets
    .learn(sight.pods)
    .then(() => collectEvidence(finding, { ...source, signal: asked.signal }));
  const tooLate = clock
    .until(clock.now() + (withinMs * 3) / 4, asked.signal)
    .then(() => evidenceAtHand(finding, source));
  const evidence = await Promise.race([answer, tooLate]);
  asked.abort();
  return evidence;
}

/** A task that failed before all was applied can recover only when the cluster holds everything that was asked. */
async function observeLive(
  task: TaskNode,
  objects: readonly KubeObject[],
  context: RunContext,
): Promise<Observation | undefined> {
  const found: AppliedObject[] = [];
  for (const desired of objects) {
    const live = await context.live.find(desired);
    if (live === undefined || !isUnchanged(desired, live)) return undefined;
    found.push({ desired, applied: live, changed: false });
  }
  if (found.length === 0) return undefined;
  return observe({ objects: found, judge: context.judgeOf(task.id) }, context);
}
