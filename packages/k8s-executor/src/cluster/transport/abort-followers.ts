/**
 * Those who want to hear of the abort of a few long-lived signals, thousands one after another: each signal gets one
 * listener for them all, since adding and removing one costs more than the rest of what a request is linked by.
 */
export class AbortFollowers {
  readonly #bySignal = new WeakMap<AbortSignal, Set<() => void>>();

  /** Calls back when the signal aborts, at once when it has; the returned function stops that. */
  follow(signal: AbortSignal, act: () => void): () => void {
    if (signal.aborted) act();
    const followers = this.#of(signal);
    followers.add(act);
    return () => followers.delete(act);
  }

  #of(signal: AbortSignal): Set<() => void> {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return known;
    const followers = new Set<() => void>();
    this.#bySignal.set(signal, followers);
    signal.addEventListener('abort', () => {
      for (const act of [...followers]) act();
    });
    return followers;
  }
}
