import { printReference, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Symptom } from '../../failure/symptom.js';
import type { AppliedObject } from '../apply/applied-object.js';
import { lostFields, ownerOfField } from '../../objects/owned-fields.js';

/** The symptom of an object that somebody else has deleted while it was waited for. */
export function deletedByOthers({ applied }: AppliedObject): Symptom {
  const cause = `${printReference(referenceOf(applied))} was deleted by someone else while it was waited for`;
  return { class: 'cannot-heal', key: 'gone', graceMs: 0, conclusive: true, cause };
}

/**
 * The symptom of an object of which somebody else has made another version: a newer generation without what we asked.
 * Who only scales (a HorizontalPodAutoscaler) wants the same rollout.
 */
export function supersededByOthers(
  { applied, desired }: AppliedObject,
  live: KubeObject,
): Symptom | undefined {
  if ((live.metadata.generation ?? 0) <= (applied.metadata.generation ?? 0)) return undefined;
  const lost = lostFields(desired, live).find((field) => field !== '.spec.replicas');
  if (lost === undefined) return undefined;
  const owner = ownerOfField(live, lost) ?? 'someone else';
  return {
    class: 'superseded',
    key: 'superseded',
    graceMs: 0,
    conclusive: true,
    cause: `${printReference(referenceOf(applied))} was superseded: ${owner} changed ${lost}`,
    advice: 'What runs now is not this version: deploy again if it should be.',
  };
}
