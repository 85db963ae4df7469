import type { TaskId } from '@flotilla/core';
import { isJsonObject } from '../cluster/json.js';
import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Which deployment an object belongs to. */
export const deploymentLabel = 'flotilla.dev/deployment';
/** Which of its tasks. */
export const taskLabel = 'flotilla.dev/task';
/** The deployment's own namespace: two deployments of one name in two namespaces are two. */
export const namespaceLabel = 'flotilla.dev/namespace';
/** What was asked when the object was last applied: `sha256:…` over the object without this annotation. */
export const digestAnnotation = 'flotilla.dev/digest';

export interface Owner {
  /** The deployment's name. */
  readonly deployment: string;
  /** The deployment's own namespace, wherever the object is. */
  readonly namespace: string;
  readonly task: TaskId;
}

/** A text as a label may say it: at most 63 of letters, digits, `-`, `_`, `.`, with a letter or digit at both ends. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/** Selects everything that a deployment has applied, in all namespaces. */
export function deploymentSelector(deployment: string, namespace: string): string {
  return `${deploymentLabel}=${labelValue(deployment)},${namespaceLabel}=${labelValue(namespace)}`;
}

function ownerLabels(owner: Owner): Readonly<Record<string, string>> {
  return { [deploymentLabel]: labelValue(owner.deployment), [taskLabel]: labelValue(owner.task) };
}

/**
 * The object with the labels that say whose it is, and its pod template with the same, so that pods can be found
 * from a task. Selectors stay as they are, so nothing is selected that was not before; a constant label costs a
 * rollout once, when a workload is taken over. Labels of the author win.
 */
export function labelObject(object: KubeObject, owner: Owner): KubeObject {
  const labels = {
    'app.kubernetes.io/managed-by': 'flotilla',
    ...object.metadata.labels,
    ...ownerLabels(owner),
    [namespaceLabel]: labelValue(owner.namespace),
  };
  const labelled = { ...object, metadata: { ...object.metadata, labels } };
  return hasPodTemplate(object) ? { ...labelled, spec: labelTemplate(object.spec, owner) } : labelled;
}

/** StatefulSets are left out: a rollout restarts databases, and their pods are found by their owner. */
function hasPodTemplate(object: KubeObject): object is KubeObject & { readonly spec: JsonObject } {
  const kinds = ['apps/v1/Deployment', 'apps/v1/DaemonSet', 'batch/v1/Job'];
  return kinds.includes(`${object.apiVersion}/${object.kind}`) && isJsonObject(object.spec);
}

function labelTemplate(spec: JsonObject, owner: Owner): JsonObject {
  const template = spec['template'];
  if (!isJsonObject(template)) return spec;
  const metadata = isJsonObject(template['metadata']) ? template['metadata'] : {};
  const labels = isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  return {
    ...spec,
    template: { ...template, metadata: { ...metadata, labels: { ...labels, ...ownerLabels(owner) } } },
  };
}
