import type { LockHolder } from '../record/lock/lease-record.js';
import { formatHolder } from '../record/lock/lock-refusals.js';
import type { TaskState, TaskStatus } from './status.js';

/** What is deployed, as `readStatus` found it. */
export interface ShownStatus {
  readonly deployment: string;
  readonly namespace: string;
  readonly tasks: readonly TaskStatus[];
  /** Objects of other owners that have the names that we want. */
  readonly foreign: readonly string[];
  /** Who deploys at this moment, where that was looked at. */
  readonly lock?: LockHolder | undefined;
}

const marks: Readonly<Record<TaskState, string>> = {
  'in-sync': '✓',
  drifted: '~',
  missing: '✗',
  failed: '✗',
  'never-deployed': '·',
};

const colours: Readonly<Record<TaskState, number>> = {
  'in-sync': 32,
  drifted: 33,
  missing: 31,
  failed: 31,
  'never-deployed': 2,
};

/** A line for each task, what differs below it. */
export function formatStatus(found: ShownStatus, { color }: { readonly color: boolean }): string {
  const paint = (state: TaskState, text: string) =>
    color ? `\u001b[${colours[state]}m${text}\u001b[0m` : text;
  const width = Math.max(0, ...found.tasks.map(({ task }) => task.length));
  const lines = found.tasks.flatMap(({ task, state, since, commit, fields }) => [
    [
      paint(state, `${marks[state]} ${task.padEnd(width)}  ${state}`),
      ...(since === null ? [] : [`since ${inSeconds(since)}`]),
      ...(commit === null ? [] : [shortCommit(commit)]),
    ].join('  '),
    ...(fields ?? []).map((field) => `    ${field}`),
  ]);
  const foreign = found.foreign.map(
    (object) => `! ${object} is there, but does not belong to this deployment`,
  );
  const locked = found.lock === undefined ? [] : [`locked by ${formatHolder(found.lock)}`];
  const head = `${found.deployment} in namespace ${found.namespace}`;
  return `${[head, ...locked, ...lines, ...foreign].join('\n')}\n`;
}

/** ISO 8601 without its milliseconds, which tell people nothing. */
function inSeconds(at: string): string {
  return at.replace(/\.\d+(?=Z$)/, '');
}

function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, '$1');
}
