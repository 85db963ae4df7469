import type { Clock } from '@flotilla/core';

/** Wakes one who waits. Rings between `reset` and `rung` are not lost. */
export interface Bell {
  ring(): void;
  /** Forgets the rings so far: to be called before looking at what the bell is about. */
  reset(): void;
  /** Resolves at the first ring since `reset`. */
  rung(): Promise<void>;
}

export function createBell(): Bell {
  let resolve: () => void = () => undefined;
  const next = () =>
    new Promise<void>((done) => {
      resolve = done;
    });
  let promise = next();
  return {
    ring() {
      resolve();
    },
    reset() {
      promise = next();
    },
    rung() {
      return promise;
    },
  };
}

/** Rings a bell at an instant that is set again and again, and seldom to another one: only then is a timer made. */
export interface Alarm {
  /** Takes the place of what was set before; undefined: no instant. */
  set(atMs: number | undefined): void;
}

export function createAlarm(bell: Pick<Bell, 'ring'>, clock: Clock): Alarm {
  let armed: { readonly atMs: number; readonly timer: AbortController } | undefined;
  return {
    set(atMs) {
      if (armed?.atMs === atMs) return;
      armed?.timer.abort('set anew');
      armed = undefined;
      if (atMs === undefined) return;
      const timer = new AbortController();
      armed = { atMs, timer };
      void clock.until(atMs, timer.signal).then(() => {
        if (timer.signal.aborted) return;
        armed = undefined;
        bell.ring();
      });
    },
  };
}

/** Rings the bell when the signal aborts; the returned function stops that. */
export function ringOnAbort(signal: AbortSignal, bell: Bell): () => void {
  const ring = () => {
    bell.ring();
  };
  if (signal.aborted) ring();
  signal.addEventListener('abort', ring);
  return () => {
    signal.removeEventListener('abort', ring);
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    const done = () => {
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
