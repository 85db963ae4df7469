import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';

/** Answers in the server's place. */
export function answerStatus(response: ServerResponse, fault: Extract<Fault, { kind: 'status' }>): void {
  const { code, reason = '', message = `injected ${code}`, retryAfterSeconds, html } = fault;
  const headers = {
    'content-type': html === true ? 'text/html' : 'application/json',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
  response.writeHead(code, headers).end(html === true ? '<html>bad gateway</html>' : JSON.stringify(status));
}

/** Begins to answer as the server did. */
export function answer(upstream: IncomingMessage, response: ServerResponse): ServerResponse {
  const headers = headersWithout(upstream, ['connection', 'transfer-encoding']);
  return response.writeHead(upstream.statusCode ?? 502, headers);
}

/** The headers of a message but some, which are of one connection or one server only. */
export function headersWithout(
  { headers }: IncomingMessage,
  names: readonly string[],
): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** Four pieces, one after the other. */
export async function sendSlowly(response: ServerResponse, body: Buffer, pieceMs: number): Promise<void> {
  const size = Math.ceil(body.length / 4);
  for (let at = 0; at < body.length; at += size) {
    await sleep(pieceMs);
    response.write(body.subarray(at, at + size));
  }
  response.end();
}

const gone = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 410,
    reason: 'Expired',
    message: 'injected',
  },
};

/** Passes a watch on line by line, until the fault strikes. */
export async function followWatch(
  upstream: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  answer(upstream, response).flushHeaders();
  if (fault?.kind === 'watch-end') {
    response.end();
    return;
  }
  const end = fault !== undefined && 'afterLines' in fault ? fault : undefined;
  let passed = 0;
  for await (const line of linesOf(upstream)) {
    if (fault?.kind === 'no-bookmarks' && line.includes('"type":"BOOKMARK"')) continue;
    if (end !== undefined && passed >= end.afterLines) {
      strike(end.kind, line, response);
      return;
    }
    response.write(`${line}\n`);
    passed += 1;
  }
  response.end();
}

/** Whole lines until the stream ends or breaks: either side may go away in the middle. */
async function* linesOf(upstream: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of upstream.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    return;
  }
}

function strike(
  kind: Extract<Fault, { afterLines: number }>['kind'],
  line: string,
  response: ServerResponse,
): void {
  if (kind === 'watch-gone') response.end(`${JSON.stringify(gone)}\n`);
  else if (kind === 'watch-cut')
    response.write(line.slice(0, line.length >> 1), () => response.socket?.destroy());
  // A silent one keeps its connection, and says nothing.
}
