import { text } from 'node:stream/consumers';
import type { HttpResponse } from '../cluster/transport/http-port.js';
import type { Answer } from '../embedded/api/answer.js';
import { createByteStream } from './byte-stream.js';
import type { SeededRandom } from './seeded-random.js';

/** An answer that is sent in one piece. */
export interface Reply {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly text: string;
}

export function replyOf(answer: Exclude<Answer, { form: 'stream' }>): Reply {
  if (answer.form === 'text') return { status: answer.code, headers: {}, text: answer.body };
  const warning = (answer.warnings ?? []).map((each) => `299 - ${JSON.stringify(each)}`);
  return { status: answer.code, headers: { warning }, text: JSON.stringify(answer.body) };
}

/** The reply as a client sees it; one that is cut off breaks in the middle of its body. */
export function responseOf(reply: Reply, isCutOff: boolean): HttpResponse {
  const { status, headers } = reply;
  const body = createByteStream();
  body.push(isCutOff ? reply.text.slice(0, reply.text.length / 2) : reply.text);
  body.end(isCutOff ? new Error('aborted') : undefined);
  return { status, headers, body, text: () => text(body), closed: body.closed };
}

/** What a server says that has too much to do (API priority and fairness). */
export function overloadReply(random: SeededRandom): Reply {
  const headers = random.chance(0.5) ? { 'retry-after': [String(1 + random.below(3))] } : {};
  return { ...statusReply(429, 'TooManyRequests', 'too many requests, please try again later'), headers };
}

/** What a server, its storage or a load balancer before it says that is in trouble. */
export function errorReply(random: SeededRandom): Reply {
  return random.pick([
    statusReply(500, 'InternalError', 'etcdserver: request timed out'),
    statusReply(500, 'InternalError', 'etcdserver: leader changed'),
    { status: 502, headers: {}, text: '<html><body>502 Bad Gateway</body></html>' },
    statusReply(503, 'ServiceUnavailable', 'apiserver is shutting down'),
    statusReply(504, 'Timeout', 'request did not complete within the allotted timeout'),
  ]);
}

function statusReply(code: number, reason: string, message: string): Reply {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message };
  return { status: code, headers: {}, text: JSON.stringify(status) };
}
