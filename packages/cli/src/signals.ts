import type { CancelReason } from '@flotilla/core';
import type { Ports } from './ports.js';

/** The signals that end a command, and the exit code of each (cli.md). */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export type Signal = keyof typeof signalExitCodes;

/** Cancellation by signals: the first asks the run to stop, the second ends the process at once (execution.md §5). */
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

/** Listens to SIGINT and SIGTERM. */
export function cancelOnSignals(ports: Ports, { onFirst, onSecond }: SignalListener): Cancellation {
  const controller = new AbortController();
  const dispose = ports.onSignal((signal) => {
    if (controller.signal.aborted) {
      onSecond();
      ports.exitNow(signalExitCodes[signal]);
      return;
    }
    onFirst(signal);
    controller.abort(signal satisfies CancelReason);
  });
  return { signal: controller.signal, dispose };
}
