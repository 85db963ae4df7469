import type { Clock } from '@flotilla/core';
import type { AbortFollowers } from './abort-followers.js';
import type { LinkedAbort } from './linked-abort.js';
import type { ApiRequest } from './transport.js';

/**
 * What breaks a try off that is under way: `closing` and the end of the permit at once, the caller's signal after the
 * request's `graceMs`, so that a write can still be answered.
 */
export function linkTry(
  { signal, graceMs = 0, permit }: Pick<ApiRequest, 'signal' | 'graceMs' | 'permit'>,
  transport: { readonly closing: AbortSignal; readonly clock: Clock; readonly followers: AbortFollowers },
): LinkedAbort {
  const { closing, clock, followers } = transport;
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  // Made only when it is needed: nearly every write is answered without ever being stopped.
  let grace: AbortController | undefined;
  const startGrace = () => {
    const begun = new AbortController();
    grace = begun;
    void clock.until(clock.now() + graceMs, begun.signal).then(() => {
      if (!begun.signal.aborted) abort();
    });
  };
  const leave = [
    followers.follow(closing, abort),
    ...(permit === undefined ? [] : [followers.follow(permit.ended, abort)]),
    ...(signal === undefined ? [] : [followers.follow(signal, graceMs === 0 ? abort : startGrace)]),
  ];
  const release = () => {
    grace?.abort('released');
    for (const each of leave) each();
  };
  return { signal: controller.signal, abort, release };
}
