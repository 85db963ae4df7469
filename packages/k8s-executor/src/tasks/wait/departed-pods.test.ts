import type { KubeObject } from '../../cluster/kube-object.js';
import { createDepartedPods } from './departed-pods.js';

const job: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'seed', uid: 'job' } };

function pod(phase: string): KubeObject {
  const metadata = { name: `seed-${phase}`, uid: phase, ownerReferences: [{ uid: 'job' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase } };
}

test('pods that had ended when they were deleted are remembered, those that were stopped are not', () => {
  const departed = createDepartedPods();
  const failed = pod('Failed');
  departed.hear({ type: 'changed', object: pod('Succeeded') });
  departed.hear({ type: 'deleted', object: pod('Running') });
  departed.hear({ type: 'deleted', object: failed });
  expect(departed.of(job)).toEqual([failed]);
  expect(departed.of({ ...job, metadata: { name: 'other', uid: 'other' } })).toEqual([]);
});
