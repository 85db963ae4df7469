import http from 'node:http';
import https from 'node:https';
import type { HttpAgents } from './http-agents.js';
import type { ExchangeResult, HttpRequest, HttpResponse } from './http-port.js';
import type { FailedTry } from './retry-policy.js';

const KEEP_ALIVE_AFTER_MS = 15_000;

/** Sends a request over its agent and waits for the answer's head. */
export function exchangeHttp(exchange: HttpRequest, agents: HttpAgents): Promise<ExchangeResult> {
  const { path, method, headers, body, connection, signal } = exchange;
  const { address, tls } = agents;
  const request = (address.protocol === 'https:' ? https : http).request({
    ...address,
    ...tls,
    path: `${address.path}${path}`,
    agent: connection === 'own' ? agents.streams : agents.requests,
    method,
    headers: headers as http.OutgoingHttpHeaders,
  });
  breakOnAbort(request, signal);
  request.on('socket', (socket) => {
    if (!request.reusedSocket) socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS).setNoDelay(true);
  });
  return new Promise((resolve) => {
    request.on('response', (response) => {
      resolve({ kind: 'answered', response: asResponse(response, signal) });
    });
    // Stays after the head: a connection that breaks later is told by the response's stream.
    request.on('error', (error) => {
      resolve({ kind: 'failed', failed: failedConnection(error) });
    });
    request.end(body);
  });
}

/** As the option `signal` of a request does it, without the stream helpers that cost as much as the request itself. */
function breakOnAbort(request: http.ClientRequest, signal: AbortSignal): void {
  const breakOff = () => {
    request.destroy(new Error('the request was stopped'));
  };
  if (signal.aborted) breakOff();
  else signal.addEventListener('abort', breakOff, { once: true });
}

function asResponse(response: http.IncomingMessage, signal: AbortSignal): HttpResponse {
  const closed = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headersDistinct,
    body: response,
    text: () => readText(response, signal),
    closed,
  };
}

/** By its events: the stream's own iterator costs half as much as sending the request. */
function readText(response: http.IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      text += piece;
    });
    response.once('end', () => {
      resolve(text);
    });
    response.once('error', reject);
    const breakOff = () => {
      reject(new Error('the connection broke'));
    };
    response.once('close', breakOff);
    // Node ends the stream of a request that is stopped as if nothing were missing.
    signal.addEventListener('abort', breakOff, { once: true });
    // What has broken before anybody listened says nothing more.
    if (signal.aborted || response.destroyed) breakOff();
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
