import { setTimeout as sleep } from 'node:timers/promises';

const betweenMs = 100;
const patienceMs = 300_000;

/**
 * Asks until it is so. For what an API server does in its own time and tells nobody of: which rights, policies and kinds
 * are in force. Throws after five minutes, a limit for what hangs.
 */
export async function askUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const overdue = AbortSignal.timeout(patienceMs);
  while (!(await isSo())) {
    if (overdue.aborted) throw new Error(`It never came to be that ${what}.`);
    await sleep(betweenMs);
  }
}
