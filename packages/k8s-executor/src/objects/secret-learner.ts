import type { Cluster } from '../cluster/cluster.js';
import { listOf, mappingOf, textOf } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { addSecret, type Redactor } from './redactor.js';

/** Tells the redactor what pods may print: the values of the Secrets that they read, also of those no manifest holds. */
export interface SecretLearner {
  /** Resolves once every Secret that the pods read has been asked for; each only once. What may not be read stays unknown. */
  learn(pods: readonly KubeObject[]): Promise<void>;
}

export function createSecretLearner(cluster: Cluster, redactor: Redactor): SecretLearner {
  const asked = new Map<string, Promise<void>>();
  const learnSecret = async (namespace: string, name: string): Promise<void> => {
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (found.ok && found.value !== undefined) addSecret(found.value, redactor);
  };
  return {
    async learn(pods) {
      for (const pod of pods) {
        const { namespace = 'default' } = pod.metadata;
        for (const name of secretsReadBy(pod)) {
          const key = `${namespace}/${name}`;
          if (!asked.has(key)) asked.set(key, learnSecret(namespace, name));
        }
      }
      await Promise.all(asked.values());
    },
  };
}

/** The names of the Secrets that a pod reads as variables or mounts. */
function secretsReadBy(pod: KubeObject): ReadonlySet<string> {
  const spec = part(pod, 'spec');
  const containers = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  const names = [
    ...containers.flatMap(readAsVariables),
    ...listOf(spec, 'volumes').flatMap((volume) => [
      textOf(mappingOf(volume, 'secret'), 'secretName'),
      ...listOf(mappingOf(volume, 'projected'), 'sources').map((source) =>
        textOf(mappingOf(source, 'secret'), 'name'),
      ),
    ]),
  ];
  return new Set(names.filter((name) => name !== ''));
}

function readAsVariables(container: JsonObject): readonly string[] {
  return [
    ...listOf(container, 'envFrom').map((from) => textOf(mappingOf(from, 'secretRef'), 'name')),
    ...listOf(container, 'env').map((variable) =>
      textOf(mappingOf(mappingOf(variable, 'valueFrom'), 'secretKeyRef'), 'name'),
    ),
  ];
}
