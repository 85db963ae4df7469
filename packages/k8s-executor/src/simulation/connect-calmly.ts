import type { Clock } from '@flotilla/core';
import { ApiCluster } from '../cluster/api-cluster.js';
import type { Cluster } from '../cluster/cluster.js';
import { fixedCredentials } from '../cluster/kubeconfig/credentials.js';
import type { ExchangeResult, HttpPort, HttpRequest } from '../cluster/transport/http-port.js';
import { HttpTransport } from '../cluster/transport/http-transport.js';
import type { EmbeddedServer } from '../embedded/create-embedded-server.js';
import { replyOf, responseOf } from './reply.js';

/** A cluster for whoever looks on: answers come at once, nothing goes wrong, no time passes. It has no watches. */
export function connectCalmly(server: EmbeddedServer, clock: Clock): Cluster {
  const http: HttpPort = {
    server: 'http://calm',
    exchange: (request) => Promise.resolve(exchange(server, request)),
    close: () => undefined,
  };
  const random = () => 0.5;
  const transport = new HttpTransport({
    http,
    credentials: fixedCredentials({ headers: {} }),
    clock,
    random,
  });
  return new ApiCluster({ transport, clock, random, context: 'calm', defaultNamespace: 'default' });
}

function exchange(server: EmbeddedServer, { method, path, headers, body = '' }: HttpRequest): ExchangeResult {
  const answer = server.answer({
    method,
    url: path,
    headers: {
      accept: String(headers['accept'] ?? ''),
      contentType: String(headers['content-type'] ?? ''),
      userAgent: 'onlooker',
    },
    body,
  });
  if (answer.form === 'stream') throw new Error('Bug: who looks on has no watches');
  return { kind: 'answered', response: responseOf(replyOf(answer), false) };
}
