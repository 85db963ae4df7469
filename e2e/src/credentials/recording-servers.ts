import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createAuthority, type KeyAndCertificate } from '../control-plane/certificates.js';
import { createSocksProxy } from './socks-proxy.js';

/** What one request showed of who sent it and where it went. */
export interface SeenRequest {
  /** Which of the servers was asked. */
  readonly server: ServerName;
  /** What stands before `/api`, `/apis` or `/version`. */
  readonly prefix: string;
  readonly authorization: string | undefined;
  /** `name: value` of every impersonation header, sorted; an encoded name is decoded. */
  readonly impersonation: readonly string[];
  /** The common name of the certificate that was shown. */
  readonly certificate: string | undefined;
  /** The name that the TLS handshake asked for. */
  readonly serverName: string | undefined;
  /** What the proxy was asked for, when it came through one. */
  readonly via: string | undefined;
}

export type ServerName = 'one' | 'two' | 'plain';

/** Servers that note who asks, and answer what discovery and `kubectl version` need. */
export interface RecordingServers {
  readonly urls: Readonly<Record<ServerName, string>>;
  /** An HTTP proxy; whatever host it is asked for, it leads to the server at that port. */
  readonly proxy: string;
  /** The same by SOCKS5. */
  readonly socks: string;
  /** The authority behind `one` and `two`, and one that nobody knows; PEM. */
  readonly authority: string;
  readonly stranger: string;
  readonly client: KeyAndCertificate;
  /** Answers 401 to this authorization; undefined: to none. */
  refuse(authorization: string | undefined): void;
  /** What was seen since the last call, oldest first. */
  take(): readonly SeenRequest[];
  close(): Promise<void>;
}

const version = { major: '1', minor: '36', gitVersion: 'v1.36.3' };
const nothingServed = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items: [] };
const names = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'api.test' },
] as const;

/** Starts them on loopback. Both TLS servers ask for a client certificate and take none as well. */
export async function startRecordingServers(): Promise<RecordingServers> {
  const [authority, stranger] = await Promise.all([createAuthority('one'), createAuthority('stranger')]);
  const [identity, client] = await Promise.all([
    authority.issue({ subject: 'CN=recorder', usage: 'serverAuth', names }),
    authority.issue({ subject: 'CN=jane, O=developers', usage: 'clientAuth' }),
  ]);
  const recorder = new Recorder();
  const tls = {
    key: identity.key,
    cert: identity.certificate,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const listeners = {
    one: https.createServer(tls, recorder.handlerOf('one')),
    two: https.createServer(tls, recorder.handlerOf('two')),
    plain: http.createServer(recorder.handlerOf('plain')),
  };
  const proxy = recorder.createProxy();
  const socks = recorder.createSocksProxy();
  const all = [...Object.values(listeners), proxy];
  await Promise.all([...all, socks].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  return {
    urls: {
      one: `https://127.0.0.1:${portOf(listeners.one)}`,
      two: `https://127.0.0.1:${portOf(listeners.two)}`,
      plain: `http://127.0.0.1:${portOf(listeners.plain)}`,
    },
    proxy: `http://127.0.0.1:${portOf(proxy)}`,
    socks: `socks5://127.0.0.1:${portOf(socks)}`,
    authority: authority.certificate,
    stranger: stranger.certificate,
    client,
    refuse: (authorization) => {
      recorder.refused = authorization;
    },
    take: () => recorder.take(),
    close: async () => {
      recorder.closeTunnels();
      for (const server of all) server.closeAllConnections();
      await Promise.all([...all, socks].map((server) => once(server.close(), 'close')));
    },
  };
}

class Recorder {
  refused: string | undefined;
  #seen: SeenRequest[] = [];
  /** What the proxy was asked for, by the port from which it went on. */
  readonly #tunnels = new Map<number, string>();
  readonly #sockets = new Set<Socket>();

  handlerOf(server: ServerName): http.RequestListener {
    return (request, response) => {
      this.#seen.push(this.#look(server, request));
      const { authorization } = request.headers;
      const isRefused = authorization !== undefined && authorization === this.refused;
      const body = request.url?.endsWith('/version') === true ? version : nothingServed;
      response
        .writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(isRefused ? { kind: 'Status', code: 401, reason: 'Unauthorized' } : body));
    };
  }

  /** Tunnels, and (for plain http) passes on what is asked of it with a whole address. */
  createProxy(): http.Server {
    const proxy = http.createServer((request, response) => {
      const target = new URL(request.url ?? '');
      const onward = http.request(
        { host: '127.0.0.1', port: target.port, path: target.pathname, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('socket', (socket) => {
        this.#note(socket, request, target.host);
      });
      onward.end();
    });
    return proxy.on('connect', (request: http.IncomingMessage, socket: Socket) => {
      const port = Number(request.url?.split(':').at(-1));
      const onward = connect(port, '127.0.0.1', () => {
        this.#note(onward, request, request.url ?? '');
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const end of [socket, onward]) {
        this.#sockets.add(end);
        end.on('error', () => end.destroy());
      }
    });
  }

  createSocksProxy(): Server {
    return createSocksProxy((onward, target, login) => {
      this.#sockets.add(onward);
      this.#tunnels.set(onward.localPort ?? 0, login === undefined ? target : `${target} (${login})`);
    });
  }

  take(): readonly SeenRequest[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  closeTunnels(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #note(onward: Socket, request: http.IncomingMessage, target: string): void {
    const login = request.headers['proxy-authorization'];
    const note = () => {
      this.#tunnels.set(onward.localPort ?? 0, login === undefined ? target : `${target} (${login})`);
    };
    if (onward.connecting) onward.once('connect', note);
    else note();
  }

  #look(server: ServerName, request: http.IncomingMessage): SeenRequest {
    const { headers, socket } = request;
    const tls = socket instanceof TLSSocket ? socket : undefined;
    return {
      server,
      prefix: (request.url ?? '').replace(/\/(apis?|version)(\?.*)?$/, ''),
      authorization: headers.authorization,
      impersonation: impersonationOf(request),
      certificate: commonName(socket),
      serverName: typeof tls?.servername === 'string' ? tls.servername : undefined,
      via: this.#tunnels.get(socket.remotePort ?? 0),
    };
  }
}

function commonName(socket: Socket): string | undefined {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return /^CN=(.*)$/m.exec(shown?.subject ?? '')?.[1];
}

function impersonationOf({ headersDistinct }: http.IncomingMessage): readonly string[] {
  return Object.entries(headersDistinct)
    .filter(([name]) => name.startsWith('impersonate-'))
    .flatMap(([name, values]) => (values ?? []).map((value) => `${decodeURIComponent(name)}: ${value}`))
    .sort();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
