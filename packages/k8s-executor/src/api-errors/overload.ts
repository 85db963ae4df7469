import type { ApiFailure, StatusFailure } from '../cluster/api-failure.js';
import { silentWebhook } from './webhook-failure.js';

/** True for an answer that speaks of the API server, or of what stands before it, and not of what was asked. */
export function isOverload(failure: ApiFailure): failure is StatusFailure {
  return (
    failure.kind === 'status' &&
    [429, 502, 503, 504].includes(failure.code) &&
    silentWebhook(failure) === undefined
  );
}

/** What such an answer means, after `the API server`. */
export function printOverload({ code, message }: StatusFailure): string {
  const words = message === '' ? '' : `: ${message}`;
  return code === 429
    ? `has too much to do: it still answered 429 when it had been asked again and again${words}`
    : `does not work: it, or a proxy before it, answers ${code}${words}`;
}

/** What to do about it. */
export const overloadAdvice =
  'Deploy again when it has less to do; what was written stays. Who takes its time: kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels';
