import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyAndCertificate } from '../control-plane/certificates.js';
import { behaviourOf, type Behaviour } from './behaviour.js';
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
  // An API server that asks just when an idle connection is closed gets a reset.
  server.keepAliveTimeout = 0;
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
  const behaviour = behaviourOf(kept.pod, options.settings, kept.siblings);
  const { mode } = behaviour;
  if (kept.memory.runningSince === undefined) {
    // In the words of a kubelet whose container has not started.
    const why = mode === 'image-pull' ? 'trying and failing to pull image' : 'ContainerCreating';
    response
      .writeHead(400)
      .end(`container "${container ?? ''}" in pod "${name ?? ''}" is waiting to start: ${why}`);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  const isCulprit = container === behaviour.culprit.name;
  const logs = isCulprit ? behaviour.logs : `started ${name ?? ''}`;
  const lines = tail(logs, url.searchParams.get('tailLines'));
  const follow = url.searchParams.get('follow') === 'true' && !kept.stopped.signal.aborted;
  if (follow && behaviour.logFault === 'cut') cut(response, lines);
  else if (follow) void speak(response, { lines, behaviour, kept });
  else response.end(lines.join(''));
}

/** The connection breaks after the first line, as when a node or a proxy goes away. */
function cut(response: ServerResponse, [first = '']: readonly string[]): void {
  response.write(first, () => {
    response.destroy();
  });
}

/** One line after the other; then nothing more is ever logged, so following is waiting for the end. */
async function speak(
  response: ServerResponse,
  { lines, behaviour, kept }: { lines: readonly string[]; behaviour: Behaviour; kept: KeptPod },
): Promise<void> {
  for (const line of lines) {
    response.write(line);
    if (behaviour.logMs > 0) await sleep(behaviour.logMs);
  }
  kept.logRead.abort();
  if (behaviour.logFault === 'hang') return;
  if (kept.stopped.signal.aborted) response.end();
  else endWithPod(kept, response);
}

function tail(logs: string, lines: string | null): readonly string[] {
  const all = logs.replace(/\n$/, '').split('\n');
  const kept = lines === null ? all : all.slice(Math.max(0, all.length - Number(lines)));
  return kept.map((line) => `${line}\n`);
}

function endWithPod(kept: KeptPod, response: ServerResponse): void {
  const end = () => {
    response.end();
  };
  kept.stopped.signal.addEventListener('abort', end, { once: true });
}
