import { Agent, request as send, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** The API server answered with a failure. */
export class KubeError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(what: string, code: number, status: { readonly reason?: string; readonly message?: string }) {
    super(`${what}: ${code} ${status.message ?? ''}`);
    this.code = code;
    this.reason = status.reason ?? '';
  }
}

export interface KubeClientOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** Certificates and key as PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** Requests in flight; default 32. */
  readonly connections?: number;
}

interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  /** Default `application/json`; use the constants below for patches. */
  readonly contentType?: string;
}

export const mergePatch = 'application/merge-patch+json';
export const applyPatch = 'application/apply-patch+yaml';

/**
 * A bare client over keep-alive connections: what tests, simulated nodes and benchmarks need, and nothing of the
 * code under test. Failures are thrown as KubeError.
 */
export interface KubeClient {
  readonly server: string;
  /** The answer's JSON. */
  request(request: KubeRequest): Promise<unknown>;
  /** Calls back with each line of a long answer until it ends, breaks, or `signal` aborts. */
  lines(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Connects lazily: nothing is sent before the first request. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const tls = { ca: options.authority, cert: options.certificate, key: options.key };
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: options.connections ?? 32 });
  // Watches would fill the pool for good.
  const watchAgent = new Agent(tls);
  return {
    server: options.server,
    request: async (request) => readJson(request, await call(options.server, request, { agent })),
    lines: async (path, onLine, signal) => {
      const answer = await call(options.server, { method: 'GET', path }, { agent: watchAgent, signal });
      await readLines({ method: 'GET', path }, answer, onLine);
    },
    close: () => {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}

async function call(server: string, request: KubeRequest, options: RequestOptions): Promise<IncomingMessage> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const headers = {
    accept: 'application/json',
    'user-agent': 'flotilla-e2e',
    ...(body !== undefined && {
      'content-type': request.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(body),
    }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = send(
      new URL(request.path, server),
      { ...options, method: request.method, headers },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

async function readJson(request: KubeRequest, answer: IncomingMessage): Promise<unknown> {
  const text = await readText(answer);
  const code = answer.statusCode ?? 0;
  if (code < 400) return JSON.parse(text);
  throw new KubeError(`${request.method} ${request.path}`, code, parseStatus(text));
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parseStatus(text: string): { readonly reason?: string; readonly message?: string } {
  try {
    return JSON.parse(text) as { reason?: string; message?: string };
  } catch {
    return { message: text };
  }
}

async function readLines(
  request: KubeRequest,
  answer: IncomingMessage,
  onLine: (line: string) => void,
): Promise<void> {
  if ((answer.statusCode ?? 0) >= 400) await readJson(request, answer);
  answer.setEncoding('utf8');
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    lines.filter((line) => line !== '').forEach(onLine);
  }
}
