import { keyOf, referenceOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { keyedDigest } from '../../record/deployment-key.js';
import { digestAnnotationOf, digestOf } from '../../objects/digest.js';
import { isSecret } from '../../objects/owned-fields.js';

/** On a job: with which Secrets of its task it was made. Its plain digest, which anybody can check a guess against, leaves their values out. */
export const secretsAnnotation = 'flotilla.dev/secrets';

/** A job as the Secrets beside it identify it; as it is where there are none, or no key. */
export function withSecretInputs(
  object: KubeObject,
  beside: readonly KubeObject[],
  key: string | undefined,
): KubeObject {
  const secrets = beside.filter(isSecret);
  if (secrets.length === 0 || key === undefined) return object;
  const inputs = secrets.map(
    (secret) => [keyOf(referenceOf(secret)), digestAnnotationOf(secret) ?? ''] as const,
  );
  const annotations = {
    ...object.metadata.annotations,
    [secretsAnnotation]: keyedDigest(digestOf(Object.fromEntries(inputs)), key),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What `withSecretInputs` has written. */
export function secretInputsOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[secretsAnnotation];
}
