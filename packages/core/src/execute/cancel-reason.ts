import type { CancelReason } from '../domain/outcome.js';

const reasons: ReadonlySet<unknown> = new Set<CancelReason>(['SIGINT', 'SIGTERM', 'lock-lost', 'superseded']);

/** Why the signal was aborted; undefined when its reason is no CancelReason. */
export function cancelReasonOf(signal: AbortSignal): CancelReason | undefined {
  const reason: unknown = signal.reason;
  return isCancelReason(reason) ? reason : undefined;
}

function isCancelReason(reason: unknown): reason is CancelReason {
  return reasons.has(reason);
}
