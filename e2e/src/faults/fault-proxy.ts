import { once } from 'node:events';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createAuthority, type KeyAndCertificate } from '../control-plane/certificates.js';
import { answer, answerStatus, followWatch, headersWithout, sendSlowly } from './answers.js';
import type { Fault, FaultPlan, ProxiedRequest } from './fault.js';

/** What became of a request. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  readonly isDryRun: boolean;
  readonly count: number;
  readonly body: string;
  readonly userAgent: string;
  readonly fault: Fault['kind'] | undefined;
  /** Writes that were under way when it came, itself included. */
  readonly writesInFlight: number;
  /** What the server answered, whether or not anybody heard it; undefined when it was not asked. */
  status: number | undefined;
}

export interface FaultProxyOptions {
  /** The real API server, and who the proxy is to it; PEM. */
  readonly server: string;
  readonly authority: string;
  readonly identity: KeyAndCertificate;
}

/** Stands in front of an API server and does what the plan says. */
export interface FaultProxy {
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  plan: FaultPlan;
  /** All since the last call of `forget`, oldest first. */
  readonly exchanges: readonly Exchange[];
  forget(): void;
  /** Resolves when no client is connected any more. */
  disconnected(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it on loopback, with a certificate of its own. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const authority = await createAuthority('fault-proxy-authority');
  const { key, certificate } = await authority.issue({
    subject: 'CN=fault-proxy',
    usage: 'serverAuth',
    names: [{ type: 'ip', value: '127.0.0.1' }],
  });
  const proxy = new Proxy(options);
  const server = https.createServer({ key, cert: certificate }, (request, response) => {
    void proxy.handle(request, response);
  });
  server.on('secureConnection', (socket) => {
    proxy.keepCount(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: authority.certificate,
    close: async () => {
      server.closeAllConnections();
      proxy.closeUpstream();
      await once(server.close(), 'close');
    },
  });
}

class Proxy {
  plan: FaultPlan = () => undefined;
  readonly #options: FaultProxyOptions;
  readonly #agent: https.Agent;
  readonly #sockets = new Set<Socket>();
  #exchanges: Exchange[] = [];
  #counts = new Map<string, number>();
  #writesInFlight = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    const { authority, identity } = options;
    this.#agent = new https.Agent({
      ca: authority,
      cert: identity.certificate,
      key: identity.key,
      keepAlive: true,
    });
  }

  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  forget(): void {
    this.#exchanges = [];
    this.#counts = new Map();
  }

  keepCount(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
  }

  async disconnected(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  closeUpstream(): void {
    this.#agent.destroy();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const seen = this.#look(request);
    const fault = this.plan(seen);
    const { method, path, isWatch, isDryRun, count } = seen;
    const isWrite = method !== 'GET';
    if (isWrite) {
      this.#writesInFlight += 1;
      response.once('close', () => (this.#writesInFlight -= 1));
    }
    const exchange: Exchange = {
      ...{ method, path, isWatch, isDryRun, count },
      body: body.toString(),
      userAgent: request.headers['user-agent'] ?? '',
      fault: fault?.kind,
      writesInFlight: this.#writesInFlight,
      status: undefined,
    };
    this.#exchanges.push(exchange);
    await this.#perform(fault, { request, response, body, exchange });
  }

  #look(request: IncomingMessage): ProxiedRequest {
    const url = new URL(request.url ?? '/', 'https://proxy');
    const method = request.method ?? '';
    // Every watch asks for another version and another time to live.
    const key = `${method} ${url.pathname}${url.searchParams.has('watch') ? ' watch' : url.search}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const query = url.searchParams;
    return {
      method,
      path: url.pathname,
      query,
      count,
      isWatch: query.has('watch'),
      isDryRun: query.has('dryRun'),
    };
  }

  async #perform(fault: Fault | undefined, passing: Passing): Promise<void> {
    const { response } = passing;
    if (fault?.kind === 'status') {
      answerStatus(response, fault);
      return;
    }
    if (fault?.kind === 'reset-before') {
      response.socket?.destroy();
      return;
    }
    if (fault?.kind === 'half-open' && !fault.reaches) return;
    const upstream = await this.#forward(passing);
    if (upstream === undefined) {
      response.socket?.destroy();
      return;
    }
    passing.exchange.status = upstream.statusCode ?? 0;
    if (passing.exchange.isWatch && upstream.statusCode === 200) {
      await followWatch(upstream, response, fault);
      return;
    }
    const body = await buffer(upstream).catch(() => undefined);
    await passOn(fault, { upstream, response, body });
  }

  /** Undefined when the server cannot be asked. */
  #forward({ request, response, body }: Passing): Promise<IncomingMessage | undefined> {
    return new Promise((resolve) => {
      const headers = headersWithout(request, ['authorization', 'host']);
      const onward = https.request(
        new URL(request.url ?? '/', this.#options.server),
        { agent: this.#agent, method: request.method, headers },
        resolve,
      );
      onward.once('error', () => {
        resolve(undefined);
      });
      response.once('close', () => onward.destroy());
      onward.end(body);
    });
  }
}

interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly exchange: Exchange;
}

interface Answered {
  readonly upstream: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer | undefined;
}

async function passOn(fault: Fault | undefined, { upstream, response, body }: Answered): Promise<void> {
  if (body === undefined || fault?.kind === 'reset-after') response.socket?.destroy();
  else if (fault?.kind === 'half-open') return;
  else if (fault?.kind === 'cut') {
    const { socket } = response;
    answer(upstream, response).write(body.subarray(0, body.length >> 1), () => socket?.destroy());
  } else if (fault?.kind === 'slow') await sendSlowly(answer(upstream, response), body, fault.pieceMs);
  else answer(upstream, response).end(body);
}
