import type { ApiResult } from '../../cluster/api-failure.js';
import type { Applied } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { RunContext } from '../run-context.js';
import { sendObject } from './send-object.js';
import type { SendOptions } from './send-object.js';
import { silentWebhook } from '../../api-errors/webhook-failure.js';
import type { SilentWebhook } from '../../api-errors/webhook-failure.js';

const askAgainMs = 1000;

export interface PatienceOptions extends SendOptions {
  /** Webhooks that need not answer yet: they are not waited for. */
  readonly mayBeSilent?: (webhook: SilentWebhook) => boolean;
}

/**
 * Applies an object, for good or as a dry run. A webhook that does not answer has often just been deployed (its pods are
 * ready before its address and its certificate are known everywhere), or is being replaced. So it is asked again while
 * its grace time lasts.
 */
export async function sendPatiently(
  desired: KubeObject,
  context: RunContext,
  { mayBeSilent = () => false, ...options }: PatienceOptions,
): Promise<ApiResult<Applied>> {
  const { clock, grace } = context;
  const { signal } = options;
  const deadlineMs = clock.now() + grace.webhookSilentMs;
  for (;;) {
    const sent = await sendObject(desired, context, options);
    const webhook = sent.ok ? undefined : silentWebhook(sent.failure);
    if (webhook === undefined || mayBeSilent(webhook)) return sent;
    if (signal?.aborted === true || clock.now() + askAgainMs > deadlineMs) return sent;
    await clock.until(clock.now() + askAgainMs, signal);
  }
}
