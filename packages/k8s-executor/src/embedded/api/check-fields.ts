import type { JsonObject } from '../../cluster/json.js';
import { builtInKinds } from '../store/served-kind.js';
import type { ResourceRequest } from './resource-request.js';
import { badRequest, Refused } from './status.js';

const always = ['apiVersion', 'kind', 'metadata'];

/** Fields at the top of kinds that have more than `spec` and `status`. Kinds that are not listed have those two. */
const fields: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['data', 'binaryData', 'immutable'],
  Secret: ['data', 'stringData', 'type', 'immutable'],
  ServiceAccount: ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  Role: ['rules'],
  ClusterRole: ['rules', 'aggregationRule'],
  RoleBinding: ['subjects', 'roleRef'],
  ClusterRoleBinding: ['subjects', 'roleRef'],
  ControllerRevision: ['data', 'revision'],
  PriorityClass: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
  Endpoints: ['subsets'],
  EndpointSlice: ['addressType', 'endpoints', 'ports'],
  ValidatingWebhookConfiguration: ['webhooks'],
  MutatingWebhookConfiguration: ['webhooks'],
  PodTemplate: ['template'],
  LimitRange: ['spec'],
};
const unchecked = ['Event', 'StorageClass'];

/** Refuses fields that the kind does not have, at the top of the object, where the API server would. */
export function checkFields(request: ResourceRequest, body: JsonObject): void {
  const { kind, query, headers, name = '', namespace } = request;
  const isBuiltIn = builtInKinds.some((each) => each.kind === kind.kind && each.group === kind.group);
  if (!isBuiltIn || unchecked.includes(kind.kind)) return;
  const known = [...always, ...(fields[kind.kind] ?? ['spec', 'status'])];
  const unknown = Object.keys(body).filter((field) => !known.includes(field));
  if (unknown.length === 0) return;
  if (headers.contentType.includes('apply-patch')) {
    const place = namespace === undefined ? `/${name}` : `${namespace}/${name}`;
    const group = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const which = unknown.map((field) => `.${field}: field not declared in schema`).join('\n');
    const message = `failed to create typed patch object (${place}; ${group}, Kind=${kind.kind}): ${which}`;
    throw new Refused(
      'InternalError',
      unknown.length === 1 ? message : message.replace('): ', '): errors:\n'),
    );
  }
  if (query.get('fieldValidation') !== 'Strict') return;
  const told = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw badRequest(
    `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${told}`,
  );
}
