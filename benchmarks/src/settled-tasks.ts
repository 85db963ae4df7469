const settledLine = /"type":"task-settled"[^\n]*?"task":"services\.([^"]+)"/g;

/** When each service has settled, in `performance.now()` milliseconds, out of what `-o ndjson` has written so far. */
export function noteSettled(stdout: string, settledAt: Map<string, number>): void {
  for (const [, name = ''] of stdout.matchAll(settledLine))
    if (!settledAt.has(name)) settledAt.set(name, performance.now());
}
