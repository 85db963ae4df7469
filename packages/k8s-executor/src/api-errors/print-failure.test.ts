import type { StatusFailure } from '../cluster/api-failure.js';
import { printFailure } from './print-failure.js';

test('a namespace on its way out is named with what to do, not as the fault of the object', () => {
  const failure: StatusFailure = {
    kind: 'status',
    code: 403,
    reason: 'Forbidden',
    message:
      'configmaps "c" is forbidden: unable to create new content in namespace shop because it is being terminated',
    causes: [],
  };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' } };
  expect(printFailure(failure, object)).toEqual({
    cause: 'ConfigMap shop/c is refused: namespace shop is being deleted',
    advice:
      'Wait until it is gone, then deploy with --create-namespace. What holds it: kubectl get namespace shop -o yaml',
  });
});
