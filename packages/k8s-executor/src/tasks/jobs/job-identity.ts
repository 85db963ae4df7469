import type { Json } from '../../cluster/json.js';
import { keyOf, part, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { plainPartOf } from '../../record/task-digests.js';
import { digestAnnotationOf, digestOf } from '../../objects/digest.js';
import { isSecret } from '../../objects/owned-fields.js';
import { secretInputsOf, withSecretInputs } from '../apply/secret-inputs.js';

/** True for what runs to an end: it is made anew rather than changed. */
export function runsToCompletion({ apiVersion, kind }: KubeObject): boolean {
  return `${apiVersion}/${kind}` === 'batch/v1/Job' || `${apiVersion}/${kind}` === 'v1/Pod';
}

/** True for a job that Kubernetes removes once it is done (`ttlSecondsAfterFinished`): no object tells later that it has run. */
export function removesItself(object: KubeObject): boolean {
  return runsToCompletion(object) && part(object, 'spec')['ttlSecondsAfterFinished'] !== undefined;
}

/**
 * What a job's identity is made of besides its own spec: the configuration that it reads, but for the values of Secrets
 * (see `withSecretInputs`).
 */
export function jobInputs(objects: readonly KubeObject[]): Json {
  return objects
    .filter((object) => !runsToCompletion(object))
    .map((object) =>
      isSecret(object) ? digestOf(plainPartOf(object)) : (digestAnnotationOf(object) ?? null),
    );
}

/**
 * `sha256:…` over the identities of all that a job's task runs, as its receipt keeps it. Undefined where nothing runs,
 * and where there are Secrets and no key to identify their values by.
 */
export function jobIdentity(objects: readonly KubeObject[], key: string | undefined): string | undefined {
  const beside = objects.filter((object) => !runsToCompletion(object));
  const runs = objects.filter(runsToCompletion).map((object) => withSecretInputs(object, beside, key));
  if (runs.length === 0 || (key === undefined && beside.some(isSecret))) return undefined;
  const identities = runs.map((run) => [
    keyOf(referenceOf(run)),
    digestAnnotationOf(run) ?? null,
    secretInputsOf(run) ?? null,
  ]);
  return digestOf(identities);
}
