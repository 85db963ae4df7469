import type { Clock, Plan, Refusal, Resumption, TaskId } from '@flotilla/core';
import { fromTheStart } from '@flotilla/core';
import type { ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { stoppable } from '../../cluster/stoppable-cluster.js';
import { recordLabels } from '../record-names.js';
import type { RunOrigin } from '../run-origin.js';
import { decodeJournal, encodeJournal } from './journal-document.js';
import type { Journal, JournalHeader, JournalPart, JournalTask } from './journal-document.js';
import { createJournalWriter } from './journal-writer.js';
import type { RunJournal } from './journal-writer.js';
import { journalReference, journalRefusal, type FoundJournal } from './read-journal.js';
import { canBeTakenOver, changedBy, findChanges, keptFromOther, resumptionOf } from './resume-run.js';

/** `new`: begins a run. `resume`: goes on with the last one. `take-over`: begins a run that keeps what the one before has finished. */
export type JournalMode = 'new' | 'resume' | 'take-over';

export interface OpenJournalOptions {
  /** Writes only while the lock is held. */
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  readonly namespace: string;
  readonly plan: Plan;
  /** `desiredDigest` of each task's objects. */
  readonly digests: ReadonlyMap<TaskId, string>;
  /** Unique for this process; the run's name unless it is resumed. */
  readonly run: string;
  readonly origin: RunOrigin;
  readonly mode: JournalMode;
  /** Whether a Secret of the task, whose values no digest covers, is another one in the cluster. Asked of what is to be kept. */
  readonly hasOtherSecrets: (task: TaskId) => Promise<boolean>;
  /** Whether this process has changed an object of the task, or may have. */
  readonly hasChanged: (task: TaskId) => boolean;
  readonly redact: (text: string) => string;
  /** Stops the opening; the run that is opened is written of whatever happens. */
  readonly cancelled?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A run whose header is written, and what it knows of what was done before. */
export interface OpenedJournal {
  /** The run's name: of the process that began it. */
  readonly run: string;
  /** Names the tries of this run: a job that carries it was run by it, in whatever part. */
  readonly series: string;
  readonly journal: RunJournal;
  readonly resumption: Resumption;
  /** Tasks of which an earlier part of this run has changed an object, or may have; none for a new run. */
  readonly changedBefore: ReadonlySet<TaskId>;
}

export type OpenJournalResult =
  { readonly ok: true; readonly opened: OpenedJournal } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Writes the header of a run, ahead of its first object, in the place of the journal of the run before, which was read
 * under the same lock. Whether that may be resumed is asked before (`refuseToResume`).
 */
export async function openJournal(
  found: FoundJournal,
  options: OpenJournalOptions,
): Promise<OpenJournalResult> {
  const begun = begin(found.journal, options);
  tell(found.journal, begun, options);
  const stored = await store(options, { found: found.object, journal: begun.journal });
  if (!stored.ok)
    return {
      ok: false,
      refusal: journalRefusal(
        'the journal of this run cannot be written, so it is not begun',
        stored.failure,
      ),
    };
  return { ok: true, opened: opened(stored.value, begun, options) };
}

interface Begun extends Pick<OpenedJournal, 'resumption' | 'changedBefore'> {
  readonly journal: Journal;
}

function begin(before: Journal | undefined, options: OpenJournalOptions): Begun {
  const { plan, run, mode } = options;
  if (mode === 'resume' && before !== undefined) {
    const resumption = resumptionOf(before, plan);
    const { header, end } = before;
    const era = end === undefined ? header.era : header.era + 1;
    const parts = [...header.parts, partOf(options, resumption.at)];
    const changedBefore = changedBy(before);
    const changed = [...changedBefore];
    return {
      journal: journalOf({ ...header, era, parts, changed }, resumption),
      resumption,
      changedBefore,
    };
  }
  const resumption =
    mode === 'take-over' && before !== undefined && canBeTakenOver(before)
      ? keptFromOther(before, options)
      : fromTheStart;
  const header: JournalHeader = {
    run,
    workflow: plan.workflow,
    plan: plan.digest,
    era: 1,
    parts: [partOf(options, 0)],
    tasks: Object.fromEntries(options.digests),
    changed: [],
    before: before === undefined ? null : { run: before.header.run, outcome: before.end?.outcome ?? null },
  };
  return { journal: journalOf(header, resumption), resumption, changedBefore: new Set() };
}

function partOf({ run, origin, wallClock }: OpenJournalOptions, at: number): JournalPart {
  return { ...origin, process: run, began: wallClock().toISOString(), at };
}

function journalOf(header: JournalHeader, { kept, running }: Resumption): Journal {
  const settled = [...kept].map(([task, { outcome, startedAt, settledAt, by }]) => {
    const { kind, reason } = outcome;
    return [task, { state: 'settled', outcome: kind, reason, startedAt, settledAt, ...by }] as const;
  });
  const started = [...running].map(([task, told]) => [task, { state: 'running', ...told }] as const);
  return { header, tasks: new Map<TaskId, JournalTask>([...settled, ...started]), end: undefined };
}

async function store(
  options: OpenJournalOptions,
  { found, journal }: { readonly found: KubeObject | undefined; readonly journal: Journal },
): Promise<ApiResult<KubeObject>> {
  const { plan } = options;
  const cluster = stoppable(options.cluster, options.cancelled);
  const reference = journalReference(options);
  const { apiVersion, kind, ...where } = reference;
  const labels = recordLabels(plan.name, 'journal');
  const data = encodeJournal(journal);
  const create = () => cluster.create({ apiVersion, kind, metadata: { ...where, labels }, data });
  const { uid, resourceVersion } = found?.metadata ?? {};
  const replace = () =>
    cluster.replace({
      apiVersion,
      kind,
      metadata: {
        ...where,
        labels,
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
      data,
    });
  const stored = await (found === undefined ? create() : replace());
  if (stored.ok || stored.failure.kind === 'aborted') return stored;
  // The answer may have been lost: then it is there all the same.
  const now = await cluster.get(reference);
  if (!now.ok || now.value === undefined) return stored;
  const process = journal.header.parts.at(-1)?.process;
  const isOurs = decodeJournal(now.value)?.header.parts.at(-1)?.process === process;
  return isOurs ? { ok: true, value: now.value } : stored;
}

function opened(
  stored: KubeObject,
  { journal, resumption, changedBefore }: Begun,
  options: OpenJournalOptions,
): OpenedJournal {
  const { run, era } = journal.header;
  const writer = createJournalWriter({
    ...options,
    run,
    reference: journalReference(options),
    resourceVersion: stored.metadata.resourceVersion ?? '',
    part: resumption.part,
    process: options.run,
    size: options.plan.tasks.length,
    entries: journal.tasks,
  });
  return { run, series: `${run}/${String(era)}`, journal: writer, resumption, changedBefore };
}

/**
 * Why the run of this journal may not be resumed (65): it is not there, or it is not what the files say now. Undefined
 * when it may, and for a run that resumes none.
 */
export async function refuseToResume(
  { journal: before }: FoundJournal,
  options: Pick<OpenJournalOptions, 'mode' | 'plan' | 'namespace' | 'digests' | 'hasOtherSecrets'>,
): Promise<Refusal | undefined> {
  const { plan, namespace } = options;
  if (options.mode !== 'resume') return undefined;
  if (before === undefined)
    return {
      exitCode: 65,
      message: `there is no run of ${plan.name} in namespace ${namespace} to resume.`,
      help: 'Deploy without --resume.',
    };
  const told = findChanges(before, options);
  const changes = told.length > 0 ? told : await findChangedSecrets(before, options);
  if (changes.length === 0) return undefined;
  return {
    exitCode: 65,
    message: `run ${before.header.run} cannot be resumed, the files have changed since: ${changes.join('; ')}.`,
    help: 'Deploy without --resume: what is already as asked costs no write, and jobs that have succeeded are not run again.',
  };
}

async function findChangedSecrets(
  before: Journal,
  { plan, hasOtherSecrets }: Pick<OpenJournalOptions, 'plan' | 'hasOtherSecrets'>,
): Promise<readonly string[]> {
  const kept = [...resumptionOf(before, plan).kept.keys()];
  const others = await Promise.all(kept.map(hasOtherSecrets));
  const changed = kept.filter((_, at) => others[at] === true);
  return changed.length === 0 ? [] : [`changed: a Secret of ${changed.join(', ')}`];
}

/** What people should know before the run begins. */
function tell(
  before: Journal | undefined,
  { resumption, journal }: Begun,
  options: OpenJournalOptions,
): void {
  const { onNote, mode, plan } = options;
  if (before === undefined || onNote === undefined) return;
  const { header, end } = before;
  const [first] = header.parts;
  const by = first === undefined ? '' : `, begun ${first.began} by ${first.who}`;
  if (mode === 'resume') {
    const ended = end === undefined ? 'never came to an end (killed?)' : `ended as ${end.outcome}`;
    const { kept, running, part } = resumption;
    const rest = plan.tasks.length - kept.size - running.size;
    onNote(`Resuming run ${header.run}${by}, which ${ended}. This is part ${String(part)}:`);
    onNote(
      `  ${String(kept.size)} of ${String(plan.tasks.length)} tasks are finished and kept, ${String(running.size)} were running and go on, ${String(rest)} start.`,
    );
  } else if (mode === 'take-over' && canBeTakenOver(before)) {
    onNote(
      `Taking over from run ${header.run}${by}: ${String(resumption.kept.size)} of ${String(plan.tasks.length)} tasks are as it finished them and kept.`,
    );
  } else if (end === undefined && journal.header.before !== null) {
    onNote(
      `Run ${header.run}${by}, never came to an end (killed?). This run does all of it anew; what is already as asked costs no write.`,
    );
  }
}
