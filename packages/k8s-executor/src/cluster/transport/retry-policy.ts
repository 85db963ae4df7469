import type { StatusFailure } from '../api-failure.js';
import { backoffMs } from './backoff.js';
import type { ApiRequest } from './transport.js';

/**
 * How one try of a request failed. `status`: the server said no. `unreached`: no connection, so nothing was sent.
 * `broken`: the connection broke or the deadline passed after sending, so the server may have done it.
 * `final`: trying again cannot help (a certificate that is not trusted, no credentials).
 */
export type FailedTry =
  | { readonly kind: 'status'; readonly failure: StatusFailure }
  | { readonly kind: 'unreached' | 'final'; readonly message: string }
  | { readonly kind: 'broken'; readonly message: string; readonly timedOut?: true };

export interface RetrySituation {
  readonly request: Pick<ApiRequest, 'method' | 'contentType'>;
  readonly failed: FailedTry;
  /** Failed tries so far, this one included. */
  readonly failures: number;
  /** Since the first try began. */
  readonly spentMs: number;
  /** How long the request may go on trying. */
  readonly patienceMs: number;
  /** In [0, 1). */
  readonly random: number;
}

export const APPLY_CONTENT_TYPE = 'application/apply-patch+yaml';

const BACKOFF = { firstMs: 200, longestMs: 10_000 };

/** Milliseconds until the next try, or undefined when the failure is the answer (execution.md §5). Pure. */
export function waitBeforeRetry(situation: RetrySituation): number | undefined {
  const { failed, failures, spentMs, patienceMs, random } = situation;
  if (!mayTryAgain(situation.request, failed)) return undefined;
  const askedMs = failed.kind === 'status' ? (failed.failure.retryAfterSeconds ?? 0) * 1000 : 0;
  // Later than asked, never earlier: all clients were given the same second.
  const waitMs = askedMs > 0 ? askedMs * (1 + random / 10) : backoffMs(BACKOFF, failures, random);
  // One lost packet can make a connection silent: the first silence costs no patience.
  const isFirstSilence = failed.kind === 'broken' && failed.timedOut === true && failures === 1;
  return isFirstSilence || spentMs + waitMs <= patienceMs ? waitMs : undefined;
}

function mayTryAgain(request: RetrySituation['request'], failed: FailedTry): boolean {
  switch (failed.kind) {
    case 'unreached':
      return true;
    case 'broken':
      return isIdempotent(request);
    case 'final':
      return false;
    case 'status':
      // 429 is said before anything is done; after the others a create may have happened.
      return failed.failure.code === 429 || (isIdempotent(request) && isPassing(failed.failure));
  }
}

/** Doing it twice is as good as once. A PUT is not: its resourceVersion is spent by the first. */
function isIdempotent({ method, contentType }: RetrySituation['request']): boolean {
  return (
    method === 'GET' || method === 'DELETE' || (method === 'PATCH' && contentType === APPLY_CONTENT_TYPE)
  );
}

function isPassing(failure: StatusFailure): boolean {
  if ([502, 503, 504].includes(failure.code)) return true;
  if (failure.code !== 500) return false;
  return (
    failure.retryAfterSeconds !== undefined ||
    ['ServerTimeout', 'Timeout', 'TooManyRequests', 'ServiceUnavailable'].includes(failure.reason) ||
    // A new etcd leader: the API server passes etcd's words on without a reason of its own.
    failure.message.includes('etcdserver:')
  );
}
