import type { ApiResult } from './api-failure.js';
import type { Json } from './json.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, every segment already encoded, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
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
