import type { ServerResponse } from 'node:http';
import type { Json } from '../../cluster/json.js';

/** What a request is answered with. `stream` writes as long as it likes; `end` is called when the client has gone. */
export type Answer =
  | {
      readonly form: 'json';
      readonly code: number;
      readonly body: Json;
      readonly contentType?: string;
      readonly warnings?: readonly string[];
    }
  | { readonly form: 'text'; readonly code: number; readonly body: string }
  | { readonly form: 'stream'; readonly contentType: string; readonly start: (sink: Sink) => void };

/** Where a stream writes. */
export interface Sink {
  write(text: string): void;
  end(): void;
  /** Aborts when nobody listens any more. */
  readonly gone: AbortSignal;
}

export function json(body: Json, code = 200): Answer {
  return { form: 'json', code, body };
}

/** Sends an answer over HTTP. */
export function sendAnswer(answer: Answer, response: ServerResponse): void {
  if (answer.form === 'stream') {
    sendStream(answer, response);
    return;
  }
  const isText = answer.form === 'text';
  const text = isText ? answer.body : `${JSON.stringify(answer.body)}\n`;
  const warnings = isText ? [] : (answer.warnings ?? []);
  if (warnings.length > 0) {
    response.setHeader(
      'warning',
      warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
    );
  }
  const contentType = isText ? 'text/plain' : (answer.contentType ?? 'application/json');
  response
    .writeHead(answer.code, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) })
    .end(text);
}

function sendStream(answer: Extract<Answer, { form: 'stream' }>, response: ServerResponse): void {
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
  });
  response.writeHead(200, { 'content-type': answer.contentType, 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  answer.start({
    write: (text) => response.write(text),
    end: () => response.end(),
    gone: gone.signal,
  });
}
