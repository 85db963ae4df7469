import type { Scene } from './failure-case.js';

/** Waits until the controller has been refused a pod. */
export async function awaitPodsRefused({ awaitObject }: Scene): Promise<void> {
  await awaitObject(
    '/apis/apps/v1',
    'deployments',
    ({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True') === true,
  );
}
