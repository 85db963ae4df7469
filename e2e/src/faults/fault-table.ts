import type { Exchange } from './fault-proxy.js';

/** What one scenario came to. */
export interface FaultRow {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
  readonly exitCode: number | null;
  readonly durationMs: number;
}

/** The rows as a table for people: how much was injected and sent again, and how it ended. */
export function printFaultTable(rows: readonly FaultRow[]): string {
  const head = ['fault', 'requests', 'injected', 'sent again', 'exit', 'seconds'];
  const cells = rows.map(({ name, exchanges, exitCode, durationMs }) => [
    name,
    String(exchanges.length),
    String(exchanges.filter(({ fault }) => fault !== undefined).length),
    String(countSentAgain(exchanges)),
    String(exitCode),
    (durationMs / 1000).toFixed(1),
  ]);
  const widths = head.map((title, at) =>
    Math.max(...[head, ...cells].map((row) => row[at]?.length ?? 0), title.length),
  );
  return [head, ...cells]
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    )
    .join('\n');
}

/** Requests that came after one like them had been spoilt. */
function countSentAgain(exchanges: readonly Exchange[]): number {
  const spoilt = new Set<string>();
  let count = 0;
  for (const { method, path, isWatch, isDryRun, fault } of exchanges) {
    const key = `${method} ${path} ${String(isWatch)} ${String(isDryRun)}`;
    if (spoilt.delete(key)) count += 1;
    if (fault !== undefined) spoilt.add(key);
  }
  return count;
}
