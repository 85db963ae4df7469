import type { ApiResult } from '../api-failure.js';
import type { Json } from '../json.js';

/** The right to write, which a lock gives and takes. */
export interface WritePermit {
  /** Asked just before a request is sent. */
  holds(): boolean;
  readonly ended: AbortSignal;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, every segment already encoded, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  /** Nothing is sent once it has aborted; a try that is under way is broken off after `graceMs`. */
  readonly signal?: AbortSignal;
  /** Default 0. */
  readonly graceMs?: number;
  /** Nothing is sent without it, and what is under way when it ends is broken off at once. */
  readonly permit?: WritePermit;
  /** Deadline for one try; default 30,000. */
  readonly timeoutMs?: number;
  /** Goes at once, on a connection of its own, instead of waiting behind other writes. */
  readonly urgent?: boolean;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: Json;
  /** The texts of `Warning:` headers. */
  readonly warnings: readonly string[];
}

/**
 * HTTP towards one API server with one credential. Retries what may be retried (execution.md §5); everything
 * else comes back as a value, nothing is thrown.
 */
export interface Transport {
  /** Where requests go, e.g. `https://127.0.0.1:6443`. */
  readonly server: string;
  request(request: ApiRequest): Promise<ApiResult<ApiResponse>>;
  /** Lines of a long answer (watch, log) as they come. The answer's head decides success; a stream that breaks later just ends. */
  lines(request: ApiRequest): Promise<ApiResult<AsyncIterable<string>>>;
  /** Closes every connection; requests under way fail as aborted. */
  close(): void;
}
