import type { Evidence } from '@flotilla/core';
import type { ApiFailure, ApiResult } from '../../cluster/api-failure.js';
import { printReference, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { taskLabel } from '../../manifest/labels.js';
import { waveOf, waves } from '../../manifest/waves.js';
import type { AppliedObject } from './applied-object.js';
import { awaitRemoval } from './await-removal.js';
import { digestAnnotationOf } from '../../objects/digest.js';
import { immutableFields } from '../../api-errors/immutable-fields.js';
import { mapBounded } from '../../objects/map-bounded.js';
import { lostFields } from '../../objects/owned-fields.js';
import { readForFailure, refusalEvidence } from '../../api-errors/print-failure.js';
import { mayReplace, replaceObject } from './replace-object.js';
import type { RunContext } from '../run-context.js';
import { sendPatiently } from './send-patiently.js';
import { waitForFoundation, type ApplyOptions } from './wait-for-foundation.js';

export type ApplyResult =
  | { readonly ok: true; readonly objects: readonly AppliedObject[] }
  | {
      readonly ok: false;
      readonly objects: readonly AppliedObject[];
      readonly evidence: Evidence;
      readonly failures: number;
    };

/**
 * Applies the objects of a task wave by wave (execution.md §1), a bounded number at once. Objects that already are
 * what is asked cost no write; those that are being deleted are waited for. The first wave with failures is finished and is the last.
 */
export async function applyObjects(
  objects: readonly KubeObject[],
  context: RunContext,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const done: AppliedObject[] = [];
  for (const wave of waves) {
    const members = objects.filter((object) => waveOf(object) === wave);
    const results = await mapBounded(members, context.applyConcurrency, (object) =>
      applyObject(object, context, options),
    );
    const failures: Evidence[] = [];
    for (const result of results) {
      if (result.ok) done.push(result.value);
      else failures.push(result.evidence);
    }
    const [evidence] = failures;
    if (evidence !== undefined) return { ok: false, objects: done, evidence, failures: failures.length };
    if (wave === 'foundation') await waitForFoundation(done, context, options);
  }
  return { ok: true, objects: done };
}

/** True when the live object is what was asked, field by field, as far as we own them. */
export function isUnchanged(desired: KubeObject, live: KubeObject): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  return digestAnnotationOf(live) === digestAnnotationOf(desired) && lostFields(desired, live).length === 0;
}

type ObjectResult =
  { readonly ok: true; readonly value: AppliedObject } | { readonly ok: false; readonly evidence: Evidence };

async function applyObject(
  object: KubeObject,
  context: RunContext,
  options: ApplyOptions,
): Promise<ObjectResult> {
  const { signal } = options;
  const live = await awaitRemoval(await context.live.find(object), context, options);
  if (live !== undefined && isUnchanged(object, live))
    return { ok: true, value: { desired: object, applied: live, changed: false } };
  const result = await sendPatiently(object, context, { live, signal });
  if (result.ok) {
    for (const warning of result.value.warnings)
      context.onWarning(`${printReference(referenceOf(object))}: ${warning}`);
    const applied = result.value.object;
    const { resourceVersion } = applied.metadata;
    const changed = live === undefined || live.metadata.resourceVersion !== resourceVersion;
    if (changed) noteChange(object, context);
    return { ok: true, value: { desired: object, applied, changed } };
  }
  const isRefused = result.failure.kind === 'status';
  if (!isRefused) noteChange(object, context);
  if (immutableFields(result.failure) !== undefined && mayReplace(object, context)) {
    noteChange(object, context);
    return recreated(object, await replaceObject(object, context, signal), context);
  }
  return { ok: false, evidence: await refused(result.failure, object, context) };
}

function noteChange({ metadata }: KubeObject, { changedTasks }: RunContext): void {
  const task = metadata.labels?.[taskLabel];
  if (task !== undefined) changedTasks.add(task);
}

function recreated(object: KubeObject, result: ApiResult<KubeObject>, { facts }: RunContext): ObjectResult {
  if (result.ok) return { ok: true, value: { desired: object, applied: result.value, changed: true } };
  return { ok: false, evidence: refusalEvidence(result.failure, object, { facts }) };
}

async function refused(failure: ApiFailure, object: KubeObject, context: RunContext): Promise<Evidence> {
  const live = await readForFailure(failure, object, context.cluster);
  return refusalEvidence(failure, object, { live, facts: context.facts });
}
