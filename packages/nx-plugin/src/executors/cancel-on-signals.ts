import type { CancelReason } from '@flotilla/core';

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof exitCodes;

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Cancellation by signals, until it is disposed of. */
export interface Cancellation {
  /** Aborts with a CancelReason. */
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

/**
 * The first SIGINT or SIGTERM stops the run in order; the same one again ends the process. A different one does
 * not: one Ctrl-C reaches a task of Nx as SIGINT from the terminal, then as SIGTERM from Nx.
 */
export function cancelOnSignals(source: SignalSource): Cancellation {
  const controller = new AbortController();
  const listen = (signal: StopSignal) => () => {
    if (!controller.signal.aborted) controller.abort(signal satisfies CancelReason);
    else if (controller.signal.reason === signal) source.exit(exitCodes[signal]);
  };
  const listeners = { SIGINT: listen('SIGINT'), SIGTERM: listen('SIGTERM') };
  source.on('SIGINT', listeners.SIGINT);
  source.on('SIGTERM', listeners.SIGTERM);
  const dispose = () => {
    source.off('SIGINT', listeners.SIGINT);
    source.off('SIGTERM', listeners.SIGTERM);
  };
  return { signal: controller.signal, dispose };
}
