import { cancelledExitCodes, type CancelReason } from '@flotilla/core';
import type { Ports } from './ports.js';

/** The signals that end a command. */
export type Signal = Parameters<Parameters<Ports['onSignal']>[0]>[0];

/**
 * Cancellation by signals: the first asks the run to stop, the second ends the process at once (execution.md §5). A
 * SIGHUP is never the second: of a terminal that is closed both the kernel and the shell send one.
 */
export interface Cancellation {
  /** Aborts with a CancelReason. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Who is told of the signals. */
export interface SignalListener {
  readonly onFirst: (signal: Signal) => void;
  /** Just before the process ends: to give the terminal back. */
  readonly onSecond: () => void;
}

/** Listens to SIGINT, SIGTERM and SIGHUP. */
export function cancelOnSignals(ports: Ports, { onFirst, onSecond }: SignalListener): Cancellation {
  const controller = new AbortController();
  const dispose = ports.onSignal((signal) => {
    if (controller.signal.aborted) {
      if (signal === 'SIGHUP') return;
      onSecond();
      ports.exitNow(cancelledExitCodes[signal]);
      return;
    }
    onFirst(signal);
    controller.abort(signal satisfies CancelReason);
  });
  return { signal: controller.signal, dispose };
}
