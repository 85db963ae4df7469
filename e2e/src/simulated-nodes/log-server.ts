import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { KeyAndCertificate } from '../control-plane/certificates.js';
import { behaviourOf } from './behaviour.js';
import type { KeptPod } from './kubelet.js';
import type { NodeSettings } from './settings.js';

export interface LogServer {
  readonly port: number;
  close(): void;
}

export interface LogServerOptions {
  readonly identity: KeyAndCertificate;
  readonly settings: NodeSettings;
  readonly pods: ReadonlyMap<string, KeptPod>;
}

/** The kubelet's endpoint that the API server asks for container logs. */
export async function startLogServer(options: LogServerOptions): Promise<LogServer> {
  const { key, certificate } = options.identity;
  const server = createServer({ key, cert: certificate }, (request, response) => {
    answer(request, response, options);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Bug: a TCP server without a port');
  return {
    port: address.port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, options: LogServerOptions): void {
  const url = new URL(request.url ?? '/', 'https://kubelet');
  const [, kind, namespace, name, container] = url.pathname.split('/');
  const kept = [...options.pods.values()].find(
    ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name,
  );
  if (kind !== 'containerLogs' || kept === undefined) {
    response.writeHead(404).end('not found');
    return;
  }
  const { mode, logs } = behaviourOf(kept.pod, options.settings);
  if (kept.memory.runningSince === undefined) {
    // In the words of a kubelet whose container has not started.
    const why = mode === 'image-pull' ? 'trying and failing to pull image' : 'ContainerCreating';
    response
      .writeHead(400)
      .end(`container "${container ?? ''}" in pod "${name ?? ''}" is waiting to start: ${why}`);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(tail(logs, url.searchParams.get('tailLines')));
  if (url.searchParams.get('follow') === 'true' && !kept.stopped.signal.aborted) endWithPod(kept, response);
  else response.end();
}

function tail(logs: string, lines: string | null): string {
  const all = logs.replace(/\n$/, '').split('\n');
  const kept = lines === null ? all : all.slice(Math.max(0, all.length - Number(lines)));
  return kept.map((line) => `${line}\n`).join('');
}

/** Nothing more is ever logged, so following is waiting for the end. */
function endWithPod(kept: KeptPod, response: ServerResponse): void {
  const end = () => {
    response.end();
  };
  kept.stopped.signal.addEventListener('abort', end, { once: true });
}
