/** Time as a port: a run on the machine's clock and a rehearsal in virtual time differ only here. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  now(): number;
  /**
   * Resolves when `now()` has reached `atMs`, or as soon as `signal` aborts; never rejects. An instant that has been
   * reached already resolves in a later turn of the event loop, after all promises that have settled by now were heard.
   * `Infinity` waits for the signal alone.
   */
  until(atMs: number, signal?: AbortSignal): Promise<void>;
}
