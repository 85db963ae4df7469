import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as ask } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A write that a client has sent. */
export interface ProxiedWrite {
  /** 1 for the first since the proxy was started. */
  readonly count: number;
  /** `PATCH /api/v1/…`, without the query. */
  readonly name: string;
}

/** When a client dies: before the server has seen its write, or after it was stored and before the client hears of it. */
export type Moment = 'before' | 'after';

/** Stands between one client and the API server, and sees every write. */
export interface KillProxy {
  /** `http://127.0.0.1:…` */
  readonly server: string;
  /** The writes so far, oldest first. */
  readonly writes: readonly string[];
  close(): Promise<void>;
}

export interface KillProxyOptions {
  /** The kubeconfig of who the proxy is to the API server. */
  readonly kubeconfig: string;
  /** Called at both moments of each write. When it resolves to true the client is dead: nobody is answered any more. */
  readonly onWrite: (moment: Moment, write: ProxiedWrite) => boolean;
}

interface Upstream {
  readonly server: string;
  readonly agent: Agent;
}

/** Starts it on loopback, without TLS: whoever connects is the kubeconfig's user. */
export async function startKillProxy(options: KillProxyOptions): Promise<KillProxy> {
  const upstream = await readUpstream(options.kubeconfig);
  const writes: string[] = [];
  const server = createServer((request, response) => {
    void pass(request, response, { upstream, writes, onWrite: options.onWrite }).catch(() => {
      response.socket?.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    close: async () => {
      upstream.agent.destroy();
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

interface Passing {
  readonly upstream: Upstream;
  readonly writes: string[];
  readonly onWrite: KillProxyOptions['onWrite'];
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, writes, onWrite }: Passing,
): Promise<void> {
  const body = await buffer(request);
  const name = nameOfWrite(request);
  const write = name === undefined ? undefined : { count: writes.push(name), name };
  if (write !== undefined && onWrite('before', write)) return;
  const answer = await forward(request, body, upstream);
  if (write === undefined) {
    response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
    answer.pipe(response);
    return;
  }
  const answered = await buffer(answer);
  if (onWrite('after', write)) return;
  response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
}

/** Undefined for what stores nothing. */
function nameOfWrite({ method, url = '/' }: IncomingMessage): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const isQuestion = method === 'GET' || searchParams.has('dryRun') || pathname.endsWith('accessreviews');
  return isQuestion ? undefined : `${method ?? ''} ${pathname}`;
}

async function forward(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  { server, agent }: Upstream,
): Promise<IncomingMessage> {
  const rest = { ...headers };
  delete rest.connection;
  delete rest.host;
  const sent = ask(`${server}${url ?? ''}`, { method, headers: rest, agent });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

async function readUpstream(path: string): Promise<Upstream> {
  const { clusters, users } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly clusters: readonly [
      { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
    ];
    readonly users: readonly [
      { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
    ];
  };
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const { 'client-certificate-data': certificate, 'client-key-data': key } = users[0].user;
  const pem = (data: string) => Buffer.from(data, 'base64');
  const agent = new Agent({ ca: pem(authority), cert: pem(certificate), key: pem(key), keepAlive: true });
  return { server, agent };
}
