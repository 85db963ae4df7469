/** A cause inside a `Status` of the API server, e.g. `FieldManagerConflict` with the field it is about. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/**
 * What can go wrong between us and an API server, as a value. `status`: the server answered with a failure
 * (`code` is the HTTP status, `reason` the one of its Status object or empty). `unreachable`: no answer after
 * all retries. `aborted`: the caller's signal; `unanswered` when a write had been sent by then, so that it may have happened.
 */
export type ApiFailure =
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly causes: readonly StatusCause[];
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'aborted'; readonly unanswered?: true };

/** The server answered, and said no. */
export type StatusFailure = Extract<ApiFailure, { kind: 'status' }>;

export type ApiResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: ApiFailure };

/**
 * True when the server has understood a request and will not do it: no right to it (401, 403), or admission says no (400,
 * 422 and others). Not true of trouble of its own, of too many requests, and of what has changed or gone meanwhile.
 */
export function isDenied(failure: ApiFailure): boolean {
  if (failure.kind !== 'status') return false;
  return failure.code >= 400 && failure.code < 500 && ![404, 408, 409, 410, 429].includes(failure.code);
}
