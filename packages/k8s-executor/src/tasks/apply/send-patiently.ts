import type { ApiResult } from '../../cluster/api-failure.js';
import type { Applied } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { RunContext } from '../run-context.js';
import { sendObject } from './send-object.js';
import type { SendOptions } from './send-object.js';
import { silentWebhook } from '../../api-errors/webhook-failure.js';

const askAgainMs = 1000;

/**
 * Applies an object for good. A webhook that does not answer often has just been deployed: its pods are ready before
 * its address and its certificate are known everywhere. So it is asked again while its grace time lasts.
 */
export async function sendPatiently(
  desired: KubeObject,
  context: RunContext,
  options: SendOptions & { readonly signal: AbortSignal },
): Promise<ApiResult<Applied>> {
  const { clock, grace } = context;
  const { signal } = options;
  const deadlineMs = clock.now() + grace.webhookSilentMs;
  for (;;) {
    const sent = await sendObject(desired, context, options);
    if (sent.ok || silentWebhook(sent.failure) === undefined) return sent;
    if (signal.aborted || clock.now() + askAgainMs > deadlineMs) return sent;
    await clock.until(clock.now() + askAgainMs, signal);
  }
}
