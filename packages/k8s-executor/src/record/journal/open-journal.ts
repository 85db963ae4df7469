import type { Clock, ObjectReference, Plan, Refusal, Resumption, TaskId } from '@flotilla/core';
import { fromTheStart } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { stoppable } from '../../cluster/stoppable-cluster.js';
import { recordLabels, recordName } from '../record-names.js';
import type { RunOrigin } from '../run-origin.js';
import { decodeJournal, encodeJournal } from './journal-document.js';
import type { Journal, JournalHeader, JournalPart, JournalTask } from './journal-document.js';
import { createJournalWriter } from './journal-writer.js';
import type { RunJournal } from './journal-writer.js';
import { canBeTakenOver, findChanges, keptFromOther, resumptionOf } from './resume-run.js';

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
}

export type OpenJournalResult =
  { readonly ok: true; readonly opened: OpenedJournal } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Writes the header of a run, ahead of its first object, in the place of the journal of the run before. Refuses (65) to
 * resume what is not there or is not what the files say now.
 */
export async function openJournal(options: OpenJournalOptions): Promise<OpenJournalResult> {
  const reference = journalReference(options);
  const found = await stoppable(options.cluster, options.cancelled).get(reference);
  if (!found.ok) return { ok: false, refusal: unreadable(found.failure) };
  const before = found.value === undefined ? undefined : decodeJournal(found.value);
  const refusal = options.mode === 'resume' ? await refuseToResume(before, options) : undefined;
  if (refusal !== undefined) return { ok: false, refusal };
  const begun = begin(before, options);
  tell(before, begun, options);
  const stored = await store(options, { found: found.value, reference, journal: begun.journal });
  if (!stored.ok) return { ok: false, refusal: unwritable(stored.failure) };
  return { ok: true, opened: opened(stored.value, begun, options) };
}

function journalReference({
  plan,
  namespace,
}: Pick<OpenJournalOptions, 'plan' | 'namespace'>): ObjectReference & { readonly namespace: string } {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: recordName(plan.name, 'journal') };
}

interface Begun {
  readonly journal: Journal;
  readonly resumption: Resumption;
}

function begin(before: Journal | undefined, options: OpenJournalOptions): Begun {
  const { plan, run, mode } = options;
  if (mode === 'resume' && before !== undefined) {
    const resumption = resumptionOf(before, plan);
    const { header, end } = before;
    const era = end === undefined ? header.era : header.era + 1;
    const parts = [...header.parts, partOf(options, resumption.at)];
    return { journal: journalOf({ ...header, era, parts }, resumption), resumption };
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
    before: before === undefined ? null : { run: before.header.run, outcome: before.end?.outcome ?? null },
  };
  return { journal: journalOf(header, resumption), resumption };
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
  written: {
    readonly found: KubeObject | undefined;
    readonly reference: ObjectReference & { readonly namespace: string };
    readonly journal: Journal;
  },
): Promise<ApiResult<KubeObject>> {
  const { plan } = options;
  const cluster = stoppable(options.cluster, options.cancelled);
  const { found, reference, journal } = written;
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
  { journal, resumption }: Begun,
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
  return { run, series: `${run}/${String(era)}`, journal: writer, resumption };
}

async function refuseToResume(
  before: Journal | undefined,
  options: OpenJournalOptions,
): Promise<Refusal | undefined> {
  const { plan, namespace } = options;
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
  { plan, hasOtherSecrets }: OpenJournalOptions,
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

function unreadable(failure: ApiFailure): Refusal {
  return refusalOf('the journal of the run before cannot be read', failure);
}

function unwritable(failure: ApiFailure): Refusal {
  return refusalOf('the journal of this run cannot be written, so it is not begun', failure);
}

function refusalOf(what: string, failure: ApiFailure): Refusal {
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  const isForbidden = failure.kind === 'status' && failure.code === 403;
  return {
    exitCode: isForbidden ? 77 : 69,
    message: `${what}: ${why}`,
    ...(isForbidden && {
      help: 'A run needs get, create, update and patch of configmaps in the namespace.',
    }),
  };
}
