import http from 'node:http';
import https from 'node:https';
import type { FailedTry } from './retry-policy.js';

/** One HTTP request as it goes over the wire. */
export interface HttpExchange {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly tls: https.RequestOptions;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export type ExchangeResult =
  | { readonly kind: 'answered'; readonly response: http.IncomingMessage }
  | { readonly kind: 'failed'; readonly failed: FailedTry };

const KEEP_ALIVE_AFTER_MS = 15_000;

/** Sends it and waits for the answer's head. Aborting the signal breaks the connection, also later while the body comes. */
export function exchangeHttp(exchange: HttpExchange): Promise<ExchangeResult> {
  const { url, agent, tls, method, headers, body, signal } = exchange;
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    ...tls,
    agent,
    method,
    headers: headers as http.OutgoingHttpHeaders,
    signal,
  });
  request.on('socket', (socket) => {
    if (!request.reusedSocket) socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS).setNoDelay(true);
  });
  return new Promise((resolve) => {
    request.on('response', (response) => {
      resolve({ kind: 'answered', response });
    });
    // Stays after the head: a connection that breaks later is told by the response's stream.
    request.on('error', (error) => {
      resolve({ kind: 'failed', failed: failedConnection(error) });
    });
    request.end(body);
  });
}

const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
const UNTRUSTED =
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_OSSL_|HOSTNAME_MISMATCH)/;

/** Sorts a connection's error by what may have reached the server. The message never holds what was sent. */
export function failedConnection(error: unknown): FailedTry {
  const { code, message } = firstError(error);
  if (UNREACHED.has(code)) return { kind: 'unreached', message };
  if (UNTRUSTED.test(code)) return { kind: 'final', message: `the TLS connection failed: ${message}` };
  return { kind: 'broken', message };
}

/** A name with several addresses fails with one error for each: the first will do. */
function firstError(error: unknown): { readonly code: string; readonly message: string } {
  const one = isRecord(error) && Array.isArray(error['errors']) ? (error['errors'][0] as unknown) : error;
  if (!isRecord(one)) return { code: '', message: 'the connection failed' };
  const { code, message } = one;
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' && message !== '' ? message : 'the connection failed',
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
