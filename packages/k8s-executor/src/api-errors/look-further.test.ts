import type { ApiFailure } from '../cluster/api-failure.js';
import { lookFurther } from './look-further.js';

const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };

function refused(code: number, message: string): ApiFailure {
  return { kind: 'status', code, reason: '', message, causes: [] };
}

test.each<readonly [string, ApiFailure, string]>([
  [
    'a field of the wrong type',
    refused(
      500,
      'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicas: expected numeric',
    ),
    'kubectl explain deployment --recursive',
  ],
  [
    'a value that is not allowed',
    refused(422, 'Deployment.apps "web" is invalid'),
    'kubectl explain deployment --recursive',
  ],
  [
    'a webhook',
    refused(403, 'admission webhook "images.example" denied the request: no'),
    'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  ],
  [
    'a policy',
    refused(422, "ValidatingAdmissionPolicy 'limits' with binding 'limits' denied request: no"),
    'kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings',
  ],
  [
    'a quota',
    refused(403, 'exceeded quota: none, requested: pods=1'),
    'kubectl -n shop describe resourcequota',
  ],
  [
    'rights',
    refused(403, 'deployments.apps "web" is forbidden: User "dev" cannot patch resource'),
    'kubectl -n shop auth can-i --list',
  ],
  [
    'a field of somebody else',
    {
      kind: 'status',
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict',
      causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'conflict with "hpa"' }],
    },
    'kubectl -n shop get deployment web -o yaml --show-managed-fields',
  ],
  ['no answer', { kind: 'unreachable', message: 'reset' }, 'kubectl -n shop get deployment web -o yaml'],
])('the command to look further after %s', (_, failure, command) => {
  expect(lookFurther(failure, web)).toBe(command);
});
