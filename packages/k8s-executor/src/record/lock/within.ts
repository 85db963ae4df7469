import type { Clock } from '@flotilla/core';
import type { WritePermit } from '../../cluster/transport/transport.js';

/**
 * Asks with a permit that ends after `limitMs`, so that a server that does not answer is not waited for longer. Leaves
 * no timer behind.
 */
export async function within<Value>(
  { clock, limitMs }: { readonly clock: Clock; readonly limitMs: number },
  ask: (permit: WritePermit) => Promise<Value>,
): Promise<Value> {
  const [ended, answered] = [new AbortController(), new AbortController()];
  void clock.until(clock.now() + limitMs, answered.signal).then(() => {
    if (!answered.signal.aborted) ended.abort();
  });
  try {
    return await ask({ holds: () => !ended.signal.aborted, ended: ended.signal });
  } finally {
    answered.abort();
  }
}
