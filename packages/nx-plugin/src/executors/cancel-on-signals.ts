import type { CancelReason } from '@flotilla/core';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

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
 * The first signal stops the run in order; only a second SIGINT, which a person at the terminal has sent, ends the
 * process. SIGTERM never does: to end a task once, Nx sends it from two or three places. SIGHUP is the terminal that Nx
 * gave the task going away with Nx.
 */
export function cancelOnSignals(source: SignalSource): Cancellation {
  const controller = new AbortController();
  const stop = (reason: CancelReason) => {
    if (!controller.signal.aborted) controller.abort(reason);
  };
  const listeners: readonly (readonly [StopSignal, () => void])[] = [
    [
      'SIGINT',
      () => {
        if (controller.signal.reason === 'SIGINT') source.exit(130);
        else stop('SIGINT');
      },
    ],
    ['SIGTERM', stop.bind(undefined, 'SIGTERM')],
    ['SIGHUP', stop.bind(undefined, 'SIGTERM')],
  ];
  for (const [signal, listener] of listeners) source.on(signal, listener);
  const dispose = () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
  return { signal: controller.signal, dispose };
}
