import { formatDuration } from '@flotilla/core';
import type { HistoryPlace, StoredRevision } from './revision.js';

/** A table of revisions as text, a line each in the order given; a sentence when there are none. Ends in a line break. */
export function formatHistory(
  revisions: readonly StoredRevision[],
  { deployment, namespace }: HistoryPlace,
): string {
  if (revisions.length === 0) return `${deployment} has no history in namespace ${namespace}.\n`;
  const rows = [
    ['TASK', 'REV', 'WHEN', 'WHO', 'COMMIT', 'OUTCOME', 'TOOK', 'DIGEST'],
    ...revisions.map(cells),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function cells({
  task,
  number,
  at,
  who,
  commit,
  outcome,
  durationMs,
  digest,
}: StoredRevision): readonly string[] {
  return [
    task,
    String(number),
    at.replace(/\.\d+Z$/, 'Z'),
    who,
    commit === null ? '-' : shortCommit(commit),
    outcome,
    durationMs === null ? '-' : formatDuration(durationMs),
    digest.replace(/^sha256:/, '').slice(0, 12),
  ];
}

function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1');
}
