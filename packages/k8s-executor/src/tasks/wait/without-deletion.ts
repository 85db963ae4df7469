import type { KubeObject } from '../../cluster/kube-object.js';

/** What a job has come to stays true while it is being removed. */
export function withoutDeletion(job: KubeObject): KubeObject {
  const entries = Object.entries(job.metadata).filter(([key]) => key !== 'deletionTimestamp');
  return { ...job, metadata: { ...Object.fromEntries(entries), name: job.metadata.name } };
}
