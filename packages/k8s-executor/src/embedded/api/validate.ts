import type { StatusCause } from '../../cluster/api-failure.js';
import { isJsonObject, listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject, ObjectMeta } from '../../cluster/kube-object.js';
import { isEqual } from '../apply/compare.js';
import { finalizersOf } from '../store/object-lifecycle.js';

/** What the API server would find wrong with an object as a whole; empty when it would store it. */
export function findFaults(object: KubeObject): readonly StatusCause[] {
  return [
    ...nameFaults(object),
    ...selectorFaults(object),
    ...templateFaults(object),
    ...serviceFaults(object),
  ];
}

/** What may not change between two states of an object. */
export function findForbiddenChanges(before: KubeObject, after: KubeObject): readonly StatusCause[] {
  const fields = immutableFields[after.kind] ?? [];
  const changes = fields.filter((field) => !isEqual(valueAt(before, field), valueAt(after, field)));
  const faults = changes.map((field) =>
    invalidValue(field, valueAt(after, field) ?? null, 'field is immutable'),
  );
  const all = [...metadataFaults(before.metadata, after.metadata), ...faults];
  if (after.kind === 'StatefulSet') return [...all, ...statefulSetFaults(before, after)];
  return [...all, ...frozenFaults(before, after)];
}

function metadataFaults(before: ObjectMeta, after: ObjectMeta): readonly StatusCause[] {
  const isOther = after.uid !== undefined && after.uid !== before.uid;
  const other = isOther ? [invalidValue('metadata.uid', after.uid ?? '', 'field is immutable')] : [];
  const late = finalizersOf(after).filter((each) => !finalizersOf(before).includes(each));
  if (before.deletionTimestamp === undefined || late.length === 0) return other;
  const list = `[]string{${late.map((each) => JSON.stringify(each)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [...other, { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}

const immutableFields: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  ReplicaSet: ['spec.selector'],
  Job: ['spec.completions', 'spec.selector', 'spec.template', 'spec.completionMode'],
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy'],
  ControllerRevision: ['data'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
};

function invalidValue(field: string, value: Json, why: string): StatusCause {
  const shown =
    typeof value === 'object'
      ? JSON.stringify(value)
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value);
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field };
}

function required(field: string, why = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: `Required value${why === '' ? '' : `: ${why}`}`, field };
}

function valueAt(object: KubeObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), object);
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const serviceLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function nameFaults({ kind, metadata }: KubeObject): readonly StatusCause[] {
  const { name } = metadata;
  // RBAC allows any path segment.
  if (/Role(Binding)?$/.test(kind)) return [];
  const [pattern, rule] =
    kind === 'Service'
      ? [serviceLabel, serviceRule]
      : kind === 'Namespace'
        ? [label, labelRule]
        : [subdomain, subdomainRule];
  return pattern.test(name) ? [] : [invalidValue('metadata.name', name, rule)];
}

const templated = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'];

function templateFaults(object: KubeObject): readonly StatusCause[] {
  if (object.kind === 'Pod') return podSpecFaults(part(object, 'spec'), 'spec');
  if (!templated.includes(object.kind)) return [];
  const spec = mappingOf(mappingOf(part(object, 'spec'), 'template'), 'spec');
  const faults = podSpecFaults(spec, 'spec.template.spec');
  const policy = textOf(spec, 'restartPolicy');
  if (object.kind !== 'Job' || policy === 'OnFailure' || policy === 'Never') return faults;
  const field = 'spec.template.spec.restartPolicy';
  if (policy === 'Always') {
    const message = 'Unsupported value: "Always": supported values: "OnFailure", "Never"';
    return [...faults, { reason: 'FieldValueNotSupported', message, field }];
  }
  return [...faults, required(field, 'valid values: "OnFailure", "Never"')];
}

function podSpecFaults(spec: JsonObject, path: string): readonly StatusCause[] {
  const containers = listOf(spec, 'containers');
  if (containers.length === 0) return [required(`${path}.containers`)];
  return containers.flatMap((container, index) => [
    ...(textOf(container, 'name') === '' ? [required(`${path}.containers[${index}].name`)] : []),
    ...(textOf(container, 'image') === '' ? [required(`${path}.containers[${index}].image`)] : []),
  ]);
}

function selectorFaults(object: KubeObject): readonly StatusCause[] {
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(object.kind)) return [];
  const spec = part(object, 'spec');
  const selector = mappingOf(spec, 'selector');
  if (Object.keys(selector).length === 0) return [required('spec.selector')];
  const wanted = mappingOf(selector, 'matchLabels');
  const labels = mappingOf(mappingOf(mappingOf(spec, 'template'), 'metadata'), 'labels');
  const matches = Object.entries(wanted).every(([key, value]) => labels[key] === value);
  if (matches) return [];
  return [
    invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
  ];
}

function serviceFaults(object: KubeObject): readonly StatusCause[] {
  if (object.kind !== 'Service') return [];
  const spec = part(object, 'spec');
  const needsPorts = spec['clusterIP'] !== 'None' && spec['type'] !== 'ExternalName';
  return needsPorts && listOf(spec, 'ports').length === 0 ? [required('spec.ports')] : [];
}

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSetFaults(before: KubeObject, after: KubeObject): readonly StatusCause[] {
  const fixed = (object: KubeObject) =>
    Object.fromEntries(
      Object.entries(part(object, 'spec')).filter(([key]) => !statefulSetMutable.includes(key)),
    );
  if (isEqual(fixed(before), fixed(after))) return [];
  const message =
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [{ reason: 'FieldValueForbidden', message, field: 'spec' }];
}

/** ConfigMaps and Secrets that say `immutable: true`. */
function frozenFaults(before: KubeObject, after: KubeObject): readonly StatusCause[] {
  if (before['immutable'] !== true) return [];
  const message = 'Forbidden: field is immutable when `immutable` is set';
  return ['data', 'binaryData']
    .filter((field) => !isEqual(before[field], after[field]))
    .map((field) => ({ reason: 'FieldValueForbidden', message, field }));
}
