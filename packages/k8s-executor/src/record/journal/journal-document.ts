import { createHash } from 'node:crypto';
import type { RunOutcome, TaskId, TaskOutcomeKind } from '@flotilla/core';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { RunOrigin } from '../run-origin.js';

/** One process's share in a run: the first, or one that resumed it. */
export interface JournalPart extends RunOrigin {
  /** Unique for the process; it holds the lock by this name. */
  readonly process: string;
  /** When it began, by its own clock. ISO 8601. */
  readonly began: string;
  /** The same in milliseconds of the run. */
  readonly at: number;
}

/** What a run is, written before its first object is. */
export interface JournalHeader {
  readonly run: string;
  readonly workflow: string;
  /** The plan's digest. */
  readonly plan: string;
  /** How often the run was resumed after it had come to an end; jobs that failed before that are run again. */
  readonly era: number;
  /** At least one; the last is the one that writes. */
  readonly parts: readonly JournalPart[];
  /** What each task was asked to bring: `desiredDigest`. In file order. */
  readonly tasks: Readonly<Record<TaskId, string>>;
  /** Tasks of which earlier parts have changed an object, or may have. */
  readonly changed: readonly TaskId[];
  /** The run whose journal this one replaced, and how that ended: null when it never did. */
  readonly before: { readonly run: string; readonly outcome: RunOutcome | null } | null;
}

/** Where a task is. One that has not begun has no entry. Times are milliseconds since the run began. */
export type JournalTask =
  | { readonly state: 'running'; readonly startedAt: number; readonly attempt: number }
  | {
      readonly state: 'settled';
      readonly outcome: TaskOutcomeKind;
      readonly reason: string;
      readonly startedAt: number | null;
      readonly settledAt: number;
      /** The run and the part that did it. */
      readonly run: string;
      readonly part: number;
      /** It has changed an object, or may have: an answer is missing. */
      readonly changed?: true;
    };

/** How a run ended. A run without one was killed, or still runs. */
export interface JournalEnd {
  readonly outcome: RunOutcome;
  readonly at: number;
}

/** The progress of a run, as the cluster remembers it (execution.md §4). */
export interface Journal {
  readonly header: JournalHeader;
  readonly tasks: ReadonlyMap<TaskId, JournalTask>;
  readonly end: JournalEnd | undefined;
}

/** Reasons are for people: the long ones are cut, so that a thousand tasks fit into one object (etcd takes 1.5 MiB). */
const reasonBytesMax = 150;

const headerKey = 'run';
const endKey = 'end';

/** `data` of the journal's ConfigMap: one key for the run, one for each task that has begun, one for the end. */
export function encodeJournal({ header, tasks, end }: Journal): Readonly<Record<string, string>> {
  const entries = [...tasks].map(([task, entry]) => [taskKey(task), encodeTask(entry)] as const);
  return {
    [headerKey]: JSON.stringify(header),
    ...Object.fromEntries(entries),
    ...(end !== undefined && encodeEnd(end)),
  };
}

/** The value of a task's key. */
export function encodeTask(entry: JournalTask): string {
  if (entry.state === 'running') return JSON.stringify(entry);
  return JSON.stringify({ ...entry, reason: cutBytes(entry.reason.replaceAll(/\s+/g, ' '), reasonBytesMax) });
}

/** The key of the end, with its value. */
export function encodeEnd(end: JournalEnd): Readonly<Record<string, string>> {
  return { [endKey]: JSON.stringify(end) };
}

/** Where a task's state stands: its id, unless that is no key of a ConfigMap. */
export function taskKey(task: TaskId): string {
  if (/^[-._a-zA-Z0-9]{1,253}$/.test(task)) return task;
  const hash = createHash('sha256').update(task).digest('hex').slice(0, 16);
  return `task.${hash}`;
}

/** What a journal's ConfigMap says; undefined when it is none, or one that somebody has damaged. */
export function decodeJournal(object: KubeObject): Journal | undefined {
  const data = object['data'];
  if (!isJsonObject(data)) return undefined;
  const header = parseJson(data[headerKey]);
  if (!isHeader(header)) return undefined;
  const ids = Object.keys(header.tasks) as TaskId[];
  const tasks = ids.flatMap((task) => {
    const entry = parseJson(data[taskKey(task)]);
    return isTask(entry) ? [[task, entry] as const] : [];
  });
  const end = parseJson(data[endKey]);
  return { header, tasks: new Map(tasks), end: isEnd(end) ? end : undefined };
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is JournalHeader {
  if (!isJsonObject(value) || !isJsonObject(value['tasks']) || !Array.isArray(value['parts'])) return false;
  if (!Array.isArray(value['changed'])) return false;
  const { run, workflow, plan, era } = value;
  return [run, workflow, plan].every((text) => typeof text === 'string') && typeof era === 'number';
}

function isTask(value: unknown): value is JournalTask {
  if (!isJsonObject(value)) return false;
  if (value['state'] === 'running')
    return typeof value['startedAt'] === 'number' && typeof value['attempt'] === 'number';
  return (
    value['state'] === 'settled' &&
    typeof value['outcome'] === 'string' &&
    typeof value['reason'] === 'string' &&
    typeof value['settledAt'] === 'number'
  );
}

function isEnd(value: unknown): value is JournalEnd {
  return isJsonObject(value) && typeof value['outcome'] === 'string' && typeof value['at'] === 'number';
}

/** The text up to a whole character within so many bytes of UTF-8. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most - 3;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end).toString()}…`;
}
