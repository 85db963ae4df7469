import type { TaskContext, Verdict } from '@flotilla/core';
import { collectEvidence } from '../failure/collect-evidence.js';
import type { EvidenceSource, Finding, FoundLog } from '../failure/collect-evidence.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { ReadinessRule } from '../readiness/readiness.js';
import { applyObjects } from './apply/apply-objects.js';
import type { AppliedObject } from './apply/applied-object.js';
import { observe } from './wait/observation.js';
import type { Observation } from './wait/observation.js';
import { printPods } from './wait/print-pods.js';
import type { RunContext } from './run-context.js';
import type { Failing, Sight } from './wait/sight.js';

/** Applies the objects of a service or chart and waits until all are current. `keep` is given what is observed from then on. */
export async function runDeploymentTask(
  objects: readonly KubeObject[],
  context: RunContext,
  task: TaskContext & {
    readonly judge: ReadinessRule;
    readonly keep: (observation: Observation) => void;
  },
): Promise<Verdict> {
  if (objects.length === 0) return { kind: 'succeeded', reason: 'nothing to deploy to the cluster' };
  task.progress({ phase: 'apply', message: `applying ${counted(objects.length)}` });
  const applied = await applyObjects(objects, context, {
    signal: task.signal,
    tellWait: progressTeller(task, context),
  });
  if (!applied.ok) return refusedVerdict(applied, context);
  const observation = observe({ objects: applied.objects, judge: task.judge }, context);
  task.keep(observation);
  const end = await observation.untilCurrent(task.signal, progressTeller(task, context));
  switch (end.kind) {
    case 'current':
      return settledVerdict(applied.objects);
    case 'aborted':
      return { kind: 'failed', reason: 'stopped while it waited' };
    case 'failed':
      return failedVerdict(end, context);
  }
}

/**
 * What a task says while it waits: of the object in most trouble what it lacks, and how many others are left. Said
 * once, not again and again.
 */
export function progressTeller(
  task: Pick<TaskContext, 'progress'>,
  { redactor }: Pick<RunContext, 'redactor'>,
): (pending: readonly Sight[]) => void {
  let said = '';
  return (pending) => {
    const first = pending.find((sight) => sight.symptom?.conclusive === true) ?? pending[0];
    if (first === undefined) return;
    const others = pending.length === 1 ? '' : ` and ${String(pending.length - 1)} more`;
    const message = redactor.redact(
      `${printReference(referenceOf(first.object))}${others}: ${printWait(first)}`,
    );
    if (message === said) return;
    said = message;
    task.progress({ phase: 'wait', message, objects: pending.map((sight) => referenceOf(sight.object)) });
  };
}

/** The trouble while it lasts and what it will come to; else what is still missing, and what its pods do meanwhile. */
function printWait({ readiness, symptom, hope, pods }: Sight): string {
  if (symptom === undefined || symptom.class === 'silent')
    return [readiness.message, printPods(pods)].filter((text) => text !== '').join('; ');
  if (hope !== undefined) return `${symptom.cause}; ${hope}`;
  if (!symptom.conclusive || symptom.class === 'cannot-heal') return symptom.cause;
  return `${symptom.cause} (fails unless it heals within ${String(symptom.graceMs / 1000)} s)`;
}

/** The verdict, failed or superseded, with the evidence that the cluster still holds. */
export async function failedVerdict(
  { sight, symptom }: Failing,
  context: RunContext,
  heard: readonly FoundLog[] = [],
): Promise<Verdict> {
  await context.secrets.learn(sight.pods);
  const evidence = await collectEvidence(findingOf({ ...sight, symptom }, heard), sourceOf(context));
  return {
    kind: symptom.class === 'superseded' ? 'superseded' : 'failed',
    reason: evidence.cause,
    evidence,
  };
}

/** What a sight says, as evidence is collected from it. */
export function findingOf(sight: Sight, heard: readonly FoundLog[]): Finding {
  const { object, symptom, pods, replicaSet } = sight;
  const state = printLastState(sight);
  // Pods are those of the version that has taken its place, and tell nothing of this one.
  if (symptom?.class === 'superseded') return { object, state, symptom, pods: [], related: [], heard: [] };
  const related = replicaSet === undefined ? [] : [replicaSet];
  return { object, state, symptom, pods, related, heard };
}

/** How it gets on means nothing once it is another version. */
function printLastState({ object, readiness, symptom, generation }: Sight): string {
  if (symptom?.class !== 'superseded') return readiness.message;
  return `it is at generation ${String(object.metadata.generation)}, this run has applied ${String(generation)}`;
}

export function sourceOf({ cluster, clock, redactor }: RunContext): EvidenceSource {
  return { cluster, clock, redact: (text) => redactor.redact(text) };
}

export function refusedVerdict(
  applied: Extract<Awaited<ReturnType<typeof applyObjects>>, { ok: false }>,
  { redactor }: RunContext,
): Verdict {
  const cause = redactor.redact(applied.evidence.cause);
  const more = applied.failures - 1;
  const others =
    more === 0 ? '' : ` (${String(more)} more ${more === 1 ? 'object was' : 'objects were'} refused)`;
  return { kind: 'failed', reason: `${cause}${others}`, evidence: { ...applied.evidence, cause } };
}

function settledVerdict(objects: readonly AppliedObject[]): Verdict {
  const changed = objects.filter((object) => object.changed).length;
  if (changed === 0) return { kind: 'unchanged', reason: `${counted(objects.length)} as asked and ready` };
  const rest = changed === objects.length ? '' : `, ${String(objects.length - changed)} unchanged`;
  return { kind: 'succeeded', reason: `${counted(changed)} applied${rest}, all ready` };
}

function counted(count: number): string {
  return count === 1 ? '1 object' : `${String(count)} objects`;
}
