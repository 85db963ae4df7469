import type { Refusal } from '@flotilla/core';
import { isDenied, type ApiFailure } from '../../cluster/api-failure.js';
import type { LockHolder } from './lease-record.js';

interface Where {
  readonly deployment: string;
  readonly namespace: string;
}

/** The holder as people are told of him: who, since when, from which commit, where to look. */
export function formatHolder({ run, who, commit, url, since }: LockHolder): string {
  const details = [
    `run ${run}`,
    ...(since === '' ? [] : [`since ${since.replace(/\.\d+Z$/, 'Z')}`]),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
    ...(url === null ? [] : [url]),
  ];
  return `${who} (${details.join(', ')})`;
}

/** Another run is at work (75). */
export function refuseHeld({ deployment, namespace }: Where, holder: LockHolder): Refusal {
  return {
    exitCode: 75,
    message: `${deployment} in namespace ${namespace} is locked by ${formatHolder(holder)}.`,
    help: [
      'Wait for it: --lock-timeout 10m. Go on in its place: --take-over.',
      'See what it does: flotilla status. If it hangs, make it let go: flotilla unlock.',
    ].join('\n  '),
  };
}

/** While this run waited to take over, a newer one has asked for the same (75). */
export function refuseNewer({ deployment, namespace }: Where, newer: LockHolder): Refusal {
  return {
    exitCode: 75,
    message: `a newer run takes over ${deployment} in namespace ${namespace}: ${formatHolder(newer)}.`,
    help: 'Nothing was written. That run brings what is newest.',
  };
}

/** The lock can be neither had nor read: it is refused (77), or the API server is in trouble (69). */
export function refuseUnlockable({ deployment, namespace }: Where, failure: ApiFailure): Refusal {
  if (failure.kind !== 'status')
    return {
      exitCode: 69,
      message: `the lock of ${deployment} cannot be had: ${failure.kind === 'aborted' ? 'the request was stopped' : failure.message}`,
      help: 'Check that the cluster runs and that the kube context is the right one.',
    };
  if (isDenied(failure))
    return {
      exitCode: 77,
      message: `you may not lock ${deployment} in namespace ${namespace}: ${failure.message}`,
      help: 'A run needs get, list, watch, create, patch and delete of leases.coordination.k8s.io in the namespace, and no policy against it.',
    };
  return {
    exitCode: 69,
    message: `the lock of ${deployment} in namespace ${namespace} cannot be had: ${failure.message}`,
  };
}
