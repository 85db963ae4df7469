import type { TaskId } from '@flotilla/core';
import type { ApiFailure } from '../cluster/api-failure.js';
import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { bringerOf } from '../api-errors/plan-facts.js';
import { immutableFields } from '../api-errors/immutable-fields.js';
import { mayReplace } from '../tasks/apply/replace-object.js';
import type { RunContext } from '../tasks/run-context.js';
import { sendPatiently } from '../tasks/apply/send-patiently.js';
import { dryRunRefusedBy, silentWebhook } from '../api-errors/webhook-failure.js';
import type { SilentWebhook } from '../api-errors/webhook-failure.js';

/**
 * What the server makes of an object without storing it. `remade`: it cannot be changed, a run deletes it and makes
 * it anew. `untried`: nobody can say before it is done; `why` in a sentence, absent when that goes without saying.
 */
export type Trial =
  | { readonly kind: 'taken'; readonly object: KubeObject }
  | { readonly kind: 'remade' }
  | { readonly kind: 'untried'; readonly why?: string }
  | { readonly kind: 'refused'; readonly failure: ApiFailure };

export interface TrialOptions {
  readonly live?: KubeObject | undefined;
  /** Takes fields of others as well. */
  readonly force?: boolean;
}

/** Lets the server dry-run an object of the plan. */
export async function tryObject(
  desired: KubeObject,
  context: RunContext,
  options: TrialOptions = {},
): Promise<Trial> {
  const mayBeSilent = (webhook: SilentWebhook) => bringerOfWebhook(webhook, desired, context) !== undefined;
  const result = await sendPatiently(desired, context, { ...options, dryRun: true, mayBeSilent });
  if (result.ok) return { kind: 'taken', object: result.value.object };
  return judgeRefusal(result.failure, desired, context);
}

function judgeRefusal(failure: ApiFailure, desired: KubeObject, context: RunContext): Trial {
  if (immutableFields(failure) !== undefined && mayReplace(desired, context)) return { kind: 'remade' };
  const subject = printReference(referenceOf(desired));
  const shy = dryRunRefusedBy(failure);
  if (shy !== undefined) {
    const why = `${subject} could not be tried: the webhook ${shy} has side effects and takes no dry run`;
    return { kind: 'untried', why };
  }
  const silent = silentWebhook(failure);
  const bringer = silent && bringerOfWebhook(silent, desired, context);
  if (silent !== undefined && bringer !== undefined) {
    const why = `${subject} could not be tried: the webhook ${silent.name}, which ${bringer} brings, does not answer yet`;
    return { kind: 'untried', why };
  }
  return { kind: 'refused', failure };
}

/** The task of this plan that brings a webhook: until it has run, nobody can answer. */
function bringerOfWebhook(
  { kind, name }: SilentWebhook,
  desired: KubeObject,
  { facts }: RunContext,
): TaskId | undefined {
  return kind === 'conversion' ? bringerOf(desired, facts) : facts.webhooks.get(name);
}
