import type { KubeClient } from '../kube-client/kube-client.js';
import { askUntil } from './ask-until.js';

/** Something that a user may do in a namespace, as RBAC writes it. */
export interface Right {
  readonly user: string;
  readonly namespace: string;
  readonly verb: string;
  /** Of the API group, ''  for the core's. */
  readonly group: string;
  /** In the plural, with its subresource: `pods/log`. */
  readonly resource: string;
}

/** Resolves once a user has a right, or has it no more: roles come into force a moment after they are written. */
export async function awaitRight(client: KubeClient, right: Right, isGranted = true): Promise<void> {
  const { user, namespace, verb, group } = right;
  const [resource, subresource] = right.resource.split('/');
  const resourceAttributes = { namespace, verb, group, resource, subresource };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  await askUntil(`${user} ${isGranted ? 'may' : 'may not'} ${verb} ${right.resource}`, async () => {
    const answer = (await client.request({ method: 'POST', path, body })) as {
      readonly status: { readonly allowed: boolean };
    };
    return answer.status.allowed === isGranted;
  });
}
