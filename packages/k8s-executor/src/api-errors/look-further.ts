import type { ApiFailure } from '../cluster/api-failure.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conflictingFields } from './field-conflicts.js';
import { immutableFields } from './immutable-fields.js';

/** The command that shows more of why the API server did not take an object, which need not exist. */
export function lookFurther(failure: ApiFailure, { kind, metadata }: KubeObject): string {
  const kubectl = metadata.namespace === undefined ? 'kubectl' : `kubectl -n ${metadata.namespace}`;
  const message = failure.kind === 'status' ? failure.message : '';
  if (conflictingFields(failure).length > 0 || immutableFields(failure) !== undefined)
    return `${kubectl} get ${kind.toLowerCase()} ${metadata.name} -o yaml --show-managed-fields`;
  if (/ValidatingAdmissionPolicy/.test(message))
    return 'kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings';
  if (/webhook/.test(message))
    return 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations';
  if (/exceeded quota/.test(message)) return `${kubectl} describe resourcequota`;
  if (/is forbidden: User/.test(message)) return `${kubectl} auth can-i --list`;
  return /typed patch object|is invalid/.test(message)
    ? `kubectl explain ${kind.toLowerCase()} --recursive`
    : `${kubectl} get ${kind.toLowerCase()} ${metadata.name} -o yaml`;
}
