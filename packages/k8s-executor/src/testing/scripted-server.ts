import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with the `count`-th request (from 1). */
export type Script = (request: ReceivedRequest, response: http.ServerResponse, count: number) => void;

export interface ScriptedServer {
  readonly url: string;
  /** All requests so far, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** TCP connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/** An HTTP server on loopback that does as scripted: the misbehaving API server of tests. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = http.createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const url = new URL(incoming.url ?? '/', 'http://server');
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: incoming.headers,
        body,
      };
      requests.push(request);
      script(request, response, requests.length);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function answerJson(
  response: http.ServerResponse,
  body: unknown,
  options: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  } = {},
): void {
  const headers = { 'content-type': 'application/json', ...options.headers } as http.OutgoingHttpHeaders;
  response.writeHead(options.status ?? 200, headers).end(JSON.stringify(body));
}

/** Answers with a Status object. */
export function answerStatus(
  response: http.ServerResponse,
  code: number,
  more: { readonly reason?: string; readonly message?: string; readonly retryAfter?: string } = {},
): void {
  const { reason = '', message = `status ${code}`, retryAfter } = more;
  answerJson(
    response,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
    { status: code, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  );
}
