import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyAndCertificate } from './certificates.js';
import type { ServerProcess } from './server-process.js';

export interface ReadyCheck {
  /** An https address that answers 200 once the server is ready. */
  readonly url: string;
  readonly client: KeyAndCertificate;
  readonly timeoutMs: number;
}

const betweenTriesMs = 50;

/** Asks until the answer is 200. Throws when the process exits before that, or when the time is over. */
export async function awaitReady(server: ServerProcess, check: ReadyCheck): Promise<void> {
  const overdue = AbortSignal.timeout(check.timeoutMs);
  while (!(await answersOk(check))) {
    server.exited.throwIfAborted();
    if (overdue.aborted)
      throw new Error(`${server.name} was not ready after ${check.timeoutMs} ms: ${check.url}`);
    await sleep(betweenTriesMs);
  }
}

async function answersOk({ url, client }: ReadyCheck): Promise<boolean> {
  return new Promise((resolve) => {
    // The servers' own certificates are made as they start; what counts here is only whether one answers.
    const options = { key: client.key, cert: client.certificate, rejectUnauthorized: false, timeout: 10_000 };
    const call = request(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => {
      resolve(false);
    });
    call.end();
  });
}
