import { isError } from '@flotilla/core';
import type { KeptTask, Plan, Resumption, TaskId, TaskOutcomeKind } from '@flotilla/core';
import type { Journal, JournalTask } from './journal-document.js';

/** What the files say now. */
export interface PlannedRun {
  readonly plan: Plan;
  /** `desiredDigest` of each task's objects. */
  readonly digests: ReadonlyMap<TaskId, string>;
}

/**
 * What differs between a journal's run and what the files say now, as sentences; empty when it is the same run. Only the
 * same run can be resumed: with other files half of it would be one version and half another.
 */
export function findChanges({ header }: Journal, { plan, digests }: PlannedRun): readonly string[] {
  if (header.workflow !== plan.workflow)
    return [`that run was of the workflow ${header.workflow}, not of ${plan.workflow}`];
  const before = new Map(Object.entries(header.tasks) as [TaskId, string][]);
  const added = [...digests.keys()].filter((task) => !before.has(task));
  const removed = [...before.keys()].filter((task) => !digests.has(task));
  const changed = [...digests].filter(([task, digest]) => (before.get(task) ?? digest) !== digest);
  const changes = [
    ...named('new', added),
    ...named('gone', removed),
    ...named(
      'changed',
      changed.map(([task]) => task),
    ),
  ];
  if (changes.length === 0 && header.plan !== plan.digest)
    return ['the tasks are the same, but their order, timeouts or settings are not'];
  return changes;
}

/**
 * Where a run goes on. After a kill what had settled stays settled, tolerated failures too, and what ran goes on. After
 * an end what succeeded stays, and the rest runs again.
 */
export function resumptionOf(journal: Journal, plan: Plan): Resumption {
  const { header, tasks, end } = journal;
  const entries = plan.tasks.flatMap((task) => {
    const entry = tasks.get(task.id);
    return entry === undefined ? [] : [{ task, entry }];
  });
  const kept = entries.flatMap(({ task, entry }) =>
    entry.state === 'settled' && staysSettled(entry.outcome, { end, haltOnError: task.haltOnError })
      ? [[task.id, keptTask(entry)] as const]
      : [],
  );
  const running = entries.flatMap(({ task, entry }) =>
    entry.state === 'running' && end === undefined
      ? [[task.id, { startedAt: entry.startedAt, attempt: entry.attempt }] as const]
      : [],
  );
  return {
    part: header.parts.length + 1,
    at: lastInstant(journal),
    kept: new Map(kept),
    running: new Map(running),
  };
}

/**
 * Tasks of which a run has changed an object, in whatever part, or may have: what was running when it was killed. What is
 * known to be put back is not among them.
 */
export function changedBy({ header, tasks }: Journal): ReadonlySet<TaskId> {
  const changed = [...tasks].flatMap(([task, entry]) =>
    entry.state === 'running' || entry.changed === true ? [task] : [],
  );
  return new Set([...header.changed, ...changed]);
}

/** Whether a run was killed or has handed over, so that another can go on in its place. One that came to its own end is over. */
export function canBeTakenOver({ end }: Journal): boolean {
  return end === undefined || end.outcome === 'superseded';
}

/** What a new run keeps of one that it took over from: the tasks that came to a good end and are asked for in the same words. */
export function keptFromOther({ header, tasks }: Journal, { digests }: PlannedRun): Resumption {
  const kept = [...digests].flatMap(([task, digest]) => {
    const entry = tasks.get(task);
    if (entry?.state !== 'settled' || !isGood(entry.outcome) || header.tasks[task] !== digest) return [];
    return [[task, { ...keptTask(entry), startedAt: null, settledAt: 0 }] as const];
  });
  return { part: 1, at: 0, kept: new Map(kept), running: new Map() };
}

function staysSettled(
  kind: TaskOutcomeKind,
  { end, haltOnError }: { readonly end: Journal['end']; readonly haltOnError: boolean },
): boolean {
  if (isGood(kind)) return true;
  return end === undefined && isError({ kind }) && kind !== 'superseded' && !haltOnError;
}

function isGood(kind: TaskOutcomeKind): boolean {
  return kind === 'succeeded' || kind === 'unchanged' || kind === 'recovered';
}

function keptTask(entry: Extract<JournalTask, { state: 'settled' }>): KeptTask {
  const { outcome: kind, reason, startedAt, settledAt, run, part } = entry;
  return { outcome: { kind, reason }, startedAt, settledAt, by: { run, part } };
}

function lastInstant({ header, tasks, end }: Journal): number {
  const instants = [...tasks.values()].map((entry) =>
    entry.state === 'settled' ? entry.settledAt : entry.startedAt,
  );
  return Math.max(end?.at ?? 0, ...header.parts.map(({ at }) => at), ...instants);
}

function named(what: string, tasks: readonly TaskId[]): readonly string[] {
  if (tasks.length === 0) return [];
  const shown = tasks.slice(0, 10).join(', ');
  return [`${what}: ${shown}${tasks.length > 10 ? ` and ${String(tasks.length - 10)} more` : ''}`];
}
