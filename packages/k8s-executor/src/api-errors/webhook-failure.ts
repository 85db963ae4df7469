import type { ApiFailure } from '../cluster/api-failure.js';

/** A webhook that the API server could not ask. `kind`: of admission, or the one that converts between versions. */
export interface SilentWebhook {
  readonly kind: 'admission' | 'conversion';
  /** The webhook's name; of a conversion the kind that it converts, as `acme.test/v1, Kind=Gadget`. */
  readonly name: string;
  /** Why, in the API server's words. */
  readonly why: string;
}

/** The webhook behind a failure; undefined when that is not the trouble, as when a webhook has answered no. */
export function silentWebhook(failure: ApiFailure): SilentWebhook | undefined {
  if (failure.kind !== 'status' || failure.code < 500) return undefined;
  const admission = /failed calling webhook "([^"]+)": (?:failed to call webhook: )?(.*)$/s.exec(
    failure.message,
  );
  if (admission !== null)
    return { kind: 'admission', name: admission[1] ?? '', why: (admission[2] ?? '').trim() };
  const conversion = /conversion webhook for (.+?) failed: (.*)$/s.exec(failure.message);
  if (conversion === null) return undefined;
  return { kind: 'conversion', name: conversion[1] ?? '', why: (conversion[2] ?? '').trim() };
}

/** The webhook that would have side effects, so that the API server calls it for no dry run. */
export function dryRunRefusedBy(failure: ApiFailure): string | undefined {
  if (failure.kind !== 'status') return undefined;
  return /admission webhook "([^"]+)" does not support dry run/.exec(failure.message)?.[1];
}
