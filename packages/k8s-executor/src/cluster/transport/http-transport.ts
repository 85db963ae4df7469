import type { Clock } from '@flotilla/core';
import { AbortFollowers } from './abort-followers.js';
import type { ApiFailure, ApiResult } from '../api-failure.js';
import type { Credentials, Identity } from '../kubeconfig/credentials.js';
import { Deadlines, type Deadline } from './deadlines.js';
import { encodeJson } from './encode-json.js';
import { failedConnection } from './http-exchange.js';
import type { HttpPort, HttpResponse } from './http-port.js';
import type { Json } from '../json.js';
import { linkAbort } from './linked-abort.js';
import { linkTry } from './link-try.js';
import { waitBeforeRetry } from './retry-policy.js';
import type { FailedTry } from './retry-policy.js';
import { splitLines } from './split-lines.js';
import { statusFailure } from './status-failure.js';
import type { ApiRequest, ApiResponse, Transport } from './transport.js';
import { parseWarnings } from './warning-header.js';
import { WriteGate } from './write-gate.js';

export interface HttpTransportOptions {
  readonly http: HttpPort;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** In [0, 1), as `Math.random`. */
  readonly random: () => number;
  /** Deadline for one try of a request that says none itself; default 30,000. */
  readonly requestTimeoutMs?: number;
}

const TRY_TIMEOUT_MS = 30_000;
/** A server that has answered before is worth waiting for while it restarts; an address that never has is probably wrong. */
const PATIENCE_MS = { known: 60_000, unknown: 2_000, stream: 5_000 };

type Tried<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'aborted'; readonly unanswered?: true }
  | { readonly kind: 'failed'; readonly failed: FailedTry };

/** Makes of an answer with a good head what the caller wants. Rejects when the connection breaks meanwhile. */
type Reader<Value> = (response: HttpResponse) => Promise<Tried<Value>>;

interface Attempt<Value> {
  readonly request: ApiRequest;
  readonly read: Reader<Value>;
  /** `own`: a connection for this request alone. */
  readonly connection: 'shared' | 'own';
  /** Called when it is this try's turn: waiting behind other writes costs no patience. */
  readonly onStart: () => void;
}

type Once<Value> = (identity: Identity, onStart: () => void) => Promise<Tried<Value>>;

/** The transport over HTTP: deadlines, retries, credentials, bounded writes (execution.md §5). */
export class HttpTransport implements Transport {
  readonly server: string;
  readonly #options: HttpTransportOptions;
  readonly #gate = new WriteGate();
  readonly #deadlines: Deadlines;
  readonly #followers = new AbortFollowers();
  readonly #closing = new AbortController();
  #hasAnswered = false;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock);
    this.server = options.http.server;
  }

  request(request: ApiRequest): Promise<ApiResult<ApiResponse>> {
    // A create must not be sent twice, so it never rides on a connection that may be stale.
    const connection = request.method === 'POST' || request.urgent === true ? 'own' : 'shared';
    const once: Once<ApiResponse> = (identity, onStart) =>
      this.#try({ request, read: readBody, connection, onStart }, identity);
    return this.#untilDecided(request, (identity, onStart) =>
      request.method === 'GET' || request.urgent === true
        ? once(identity, onStart)
        : this.#gate.run(() => once(identity, onStart), isThrottled),
    );
  }

  lines(request: ApiRequest): Promise<ApiResult<AsyncIterable<string>>> {
    const once: Once<AsyncIterable<string>> = (identity, onStart) =>
      this.#try({ request, read: readLines, connection: 'own', onStart }, identity);
    return this.#untilDecided(request, once, PATIENCE_MS.stream);
  }

  close(): void {
    this.#closing.abort();
    this.#options.http.close();
  }

  /** Tries until it is done, aborted, or not worth another try. */
  async #untilDecided<Value>(
    request: ApiRequest,
    once: Once<Value>,
    patienceMs?: number,
  ): Promise<ApiResult<Value>> {
    const { clock, credentials, random } = this.#options;
    let startedAtMs: number | undefined;
    const onStart = () => {
      startedAtMs ??= clock.now();
    };
    let hasRenewed = false;
    let unanswered = false;
    for (let failures = 1; ; failures += 1) {
      const current = await credentials.current();
      if (!current.ok) return { ok: false, failure: { kind: 'unreachable', message: current.message } };
      const tried = await once(current.identity, onStart);
      if (tried.kind === 'done') return { ok: true, value: tried.value };
      if (tried.kind === 'aborted')
        return { ok: false, failure: unanswered ? { kind: 'aborted', unanswered } : tried };
      const { failed } = tried;
      unanswered ||= mayHaveHappened(request, failed);
      if (isUnauthorized(failed) && !hasRenewed) {
        hasRenewed = true;
        if (await credentials.renew(current.identity)) continue;
      }
      const waitMs = waitBeforeRetry({
        request,
        failed,
        failures,
        spentMs: clock.now() - (startedAtMs ?? clock.now()),
        patienceMs: patienceMs ?? (this.#hasAnswered ? PATIENCE_MS.known : PATIENCE_MS.unknown),
        random: random(),
      });
      if (waitMs === undefined) return { ok: false, failure: failureOf(failed, this.server) };
      await this.#wait(waitMs, request.signal);
    }
  }

  async #try<Value>(attempt: Attempt<Value>, identity: Identity): Promise<Tried<Value>> {
    const { request, read, connection, onStart } = attempt;
    onStart();
    if (!this.#mayStart(request)) return { kind: 'aborted' };
    const { clock } = this.#options;
    const link = linkTry(request, { closing: this.#closing.signal, clock, followers: this.#followers });
    const deadline = this.#deadlines.start(this.#timeoutOf(request), link.abort);
    try {
      const wire = { ...this.#wire(request, identity), connection, signal: link.signal };
      const result = await this.#options.http.exchange(wire);
      if (result.kind === 'answered') {
        this.#hasAnswered = true;
        // The answer may be a stream that outlives this try; until it ends, aborts must reach it.
        void result.response.closed.then(link.release);
        return await (isGood(result.response) ? read(result.response) : readFailure(result.response));
      }
      return this.#explain(result.failed, { request, deadline, release: link.release });
    } catch (error) {
      return this.#explain(failedConnection(error), { request, deadline, release: link.release });
    } finally {
      deadline.stop();
    }
  }

  #timeoutOf({ timeoutMs }: ApiRequest): number {
    return timeoutMs ?? this.#options.requestTimeoutMs ?? TRY_TIMEOUT_MS;
  }

  #mayStart({ signal, permit }: ApiRequest): boolean {
    return signal?.aborted !== true && permit?.holds() !== false && !this.#closing.signal.aborted;
  }

  /** A broken connection may be our own doing: the caller's abort, or the deadline. */
  #explain(
    failed: FailedTry,
    during: { readonly request: ApiRequest; readonly deadline: Deadline; readonly release: () => void },
  ): Tried<never> {
    during.release();
    const { signal, permit } = during.request;
    if ([signal, permit?.ended, this.#closing.signal].some((each) => each?.aborted === true))
      return {
        kind: 'aborted',
        ...(mayHaveHappened(during.request, failed) && { unanswered: true }),
      };
    if (!during.deadline.hasPassed()) return { kind: 'failed', failed };
    const seconds = this.#timeoutOf(during.request) / 1000;
    return {
      kind: 'failed',
      failed: { kind: 'broken', message: `no answer within ${seconds} s`, timedOut: true },
    };
  }

  #wire(request: ApiRequest, identity: Identity) {
    const query = new URLSearchParams(request.query).toString();
    const path = query === '' ? request.path : `${request.path}?${query}`;
    const body = request.body === undefined ? undefined : encodeJson(request.body);
    const headers = {
      ...identity.headers,
      accept: request.accept ?? 'application/json',
      'user-agent': 'flotilla',
      ...(body !== undefined && {
        'content-type': request.contentType ?? 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    };
    return {
      path,
      method: request.method,
      headers,
      ...(body !== undefined && { body }),
      ...(identity.certificate !== undefined && { certificate: identity.certificate }),
    };
  }

  async #wait(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#options;
    const link = linkAbort([signal, this.#closing.signal]);
    await clock.until(clock.now() + waitMs, link.signal);
    link.release();
  }
}

/** True for a write of which nobody knows whether the server has done it. */
function mayHaveHappened({ method }: ApiRequest, failed: FailedTry): boolean {
  if (method === 'GET') return false;
  return failed.kind === 'status' ? failed.failure.code >= 500 : failed.kind === 'broken';
}

async function readBody(response: HttpResponse): Promise<Tried<ApiResponse>> {
  const body = parseJson(await response.text());
  const { status } = response;
  if (body === undefined) {
    // The parser's own message would quote the body, which may hold a Secret.
    return { kind: 'failed', failed: { kind: 'final', message: `the answer (HTTP ${status}) is not JSON` } };
  }
  const warnings = parseWarnings(response.headers['warning'] ?? []);
  return { kind: 'done', value: { status, body, warnings } };
}

function readLines(response: HttpResponse): Promise<Tried<AsyncIterable<string>>> {
  return Promise.resolve({ kind: 'done', value: linesUntilBroken(response) });
}

async function* linesUntilBroken(response: HttpResponse): AsyncGenerator<string> {
  try {
    yield* splitLines(response.body);
  } catch {
    // The contract of `lines`: a stream that breaks just ends; who needs more asks again.
  }
}

async function readFailure(response: HttpResponse): Promise<Tried<never>> {
  const failure = statusFailure(response.status, await response.text(), response.headers['retry-after']?.[0]);
  return { kind: 'failed', failed: { kind: 'status', failure } };
}

function parseJson(body: string): Json | undefined {
  if (body === '') return null;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function isGood({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function isUnauthorized(failed: FailedTry): boolean {
  return failed.kind === 'status' && failed.failure.code === 401;
}

function isThrottled(tried: Tried<unknown>): boolean {
  return tried.kind === 'failed' && tried.failed.kind === 'status' && tried.failed.failure.code === 429;
}

function failureOf(failed: FailedTry, server: string): ApiFailure {
  return failed.kind === 'status'
    ? failed.failure
    : { kind: 'unreachable', message: `${server} cannot be reached: ${failed.message}` };
}
