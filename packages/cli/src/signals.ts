import type { CancelReason } from '@flotilla/core';
import type { Ports } from './ports.js';

const exitCodeOf = { SIGINT: 130, SIGTERM: 143 } as const;

/** Cancellation by signals: the first asks the run to stop, the second ends the process at once (execution.md §5). */
export interface Cancellation {
  /** Aborts with a CancelReason. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Listens to SIGINT and SIGTERM. `onFirst` is told of the first one. */
export function cancelOnSignals(ports: Ports, onFirst: (signal: 'SIGINT' | 'SIGTERM') => void): Cancellation {
  const controller = new AbortController();
  const dispose = ports.onSignal((signal) => {
    if (controller.signal.aborted) {
      ports.exitNow(exitCodeOf[signal]);
      return;
    }
    onFirst(signal);
    controller.abort(signal satisfies CancelReason);
  });
  return { signal: controller.signal, dispose };
}
