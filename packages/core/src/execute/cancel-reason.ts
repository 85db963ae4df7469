import type { RunSettled } from '../domain/event.js';
import type { CancelReason } from '../domain/outcome.js';
import { cancelledExitCodes, outcomeOf } from '../schedule/settle-run.js';

const reasons: ReadonlySet<unknown> = new Set<CancelReason>([
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'lock-lost',
  'superseded',
]);

/** Why the signal was aborted; undefined when its reason is no CancelReason. */
export function cancelReasonOf(signal: AbortSignal): CancelReason | undefined {
  const reason: unknown = signal.reason;
  return isCancelReason(reason) ? reason : undefined;
}

/** The last event of a run that was cancelled after its tasks had settled. Throws ("Bug: …") when the signal was not aborted with a CancelReason. */
export function cancelSettled(settled: RunSettled, cancelled: AbortSignal): RunSettled {
  const reason = cancelReasonOf(cancelled);
  if (reason === undefined) throw new Error('Bug: a run is cancelled with a CancelReason.');
  return { ...settled, outcome: outcomeOf(reason), exitCode: cancelledExitCodes[reason] };
}

function isCancelReason(reason: unknown): reason is CancelReason {
  return reasons.has(reason);
}
