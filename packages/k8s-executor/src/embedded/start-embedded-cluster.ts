import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { sendAnswer } from './api/answer.js';
import { decodeObject } from './api/protobuf/decode-object.js';
import { createEmbeddedServer } from './create-embedded-server.js';
import type { EmbeddedServer, EmbeddedServerOptions } from './create-embedded-server.js';

export interface EmbeddedClusterOptions extends EmbeddedServerOptions {
  /** The port to listen on; default: a free one. */
  readonly port?: number;
}

/** A simulated cluster that listens on loopback. */
export interface EmbeddedCluster {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly server: string;
  /** For kubectl and everybody else: the text of a kubeconfig whose context is `embedded`. */
  readonly kubeconfig: string;
  /** Ends all connections and timers. */
  close(): Promise<void>;
}

/**
 * Starts an in-process API server that speaks the Kubernetes REST API over HTTP, with controllers that make workloads
 * ready after a delay (execution.md §6). A simulation: it runs no containers. Rejects when the port cannot be had.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const embedded = createEmbeddedServer(options);
  const server = http.createServer((incoming, response) => {
    void answerIncoming(embedded, incoming, response);
  });
  await listen(server, options.port ?? 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Bug: a TCP server without a port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    server: url,
    kubeconfig: printKubeconfig(url),
    close: () => {
      embedded.close();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

async function answerIncoming(
  embedded: EmbeddedServer,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { method = 'GET', url = '/', headers } = incoming;
    const { accept = '', 'user-agent': userAgent = 'unknown' } = headers;
    const { contentType, body } = readContent(headers['content-type'] ?? '', await buffer(incoming));
    const request = { method, url, headers: { accept, contentType, userAgent }, body };
    sendAnswer(embedded.answer(request), response);
  } catch (error) {
    // The client went away in the middle of its request, or this is a bug: the client must hear of it either way.
    const message = error instanceof Error ? error.message : String(error);
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code: 500,
      reason: 'InternalError',
      message,
    };
    sendAnswer({ form: 'json', code: 500, body: status }, response);
  }
}

/** kubectl sends what it creates as protobuf. What cannot be decoded stays that, and is refused as such. */
function readContent(
  contentType: string,
  bytes: Buffer,
): { readonly contentType: string; readonly body: string } {
  const decoded = contentType.includes('protobuf') ? decodeObject(bytes) : undefined;
  return decoded === undefined
    ? { contentType, body: bytes.toString() }
    : { contentType: 'application/json', body: JSON.stringify(decoded) };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function printKubeconfig(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: embedded
clusters:
- name: embedded
  cluster:
    server: ${server}
users:
- name: embedded
  user: {}
contexts:
- name: embedded
  context:
    cluster: embedded
    user: embedded
    namespace: default
`;
}
