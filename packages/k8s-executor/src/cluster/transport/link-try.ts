import { setMaxListeners } from 'node:events';
import type { Clock } from '@flotilla/core';
import { linkAbort } from './linked-abort.js';
import type { LinkedAbort } from './linked-abort.js';
import type { ApiRequest } from './transport.js';

/**
 * What breaks a try off that is under way: `closing` and the end of the permit at once, the caller's signal after the
 * request's `graceMs`, so that a write can still be answered.
 */
export function linkTry(
  { signal, graceMs = 0, permit }: Pick<ApiRequest, 'signal' | 'graceMs' | 'permit'>,
  { closing, clock }: { readonly closing: AbortSignal; readonly clock: Clock },
): LinkedAbort {
  if (signal === undefined || graceMs === 0) return linkAbort([signal, permit?.ended, closing]);
  const link = linkAbort([permit?.ended, closing]);
  // Made only when it is needed: nearly every write is answered without ever being stopped.
  let grace: AbortController | undefined;
  const startGrace = () => {
    const begun = new AbortController();
    grace = begun;
    void clock.until(clock.now() + graceMs, begun.signal).then(() => {
      if (!begun.signal.aborted) link.abort();
    });
  };
  setMaxListeners(0, signal);
  signal.addEventListener('abort', startGrace, { once: true });
  const release = () => {
    grace?.abort('released');
    signal.removeEventListener('abort', startGrace);
    link.release();
  };
  return { ...link, release };
}
