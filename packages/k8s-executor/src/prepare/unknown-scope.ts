import type { Refusal } from '@flotilla/core';
import { part } from '../cluster/kube-object.js';
import { mappingOf, textOf } from '../cluster/json.js';
import type { ApiFailure } from '../cluster/api-failure.js';
import type { Cluster } from '../cluster/cluster.js';
import { groupOf } from '../manifest/kind-scope.js';
import { conditionOf } from '../readiness/readiness.js';
import { printUnreachable } from './preflight.js';

/** A kind that the server could not be asked about. */
export interface UnknownScope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly failure: ApiFailure;
}

/**
 * Why it is not known whether there is such a kind. A group of its own API server (an APIService) may be down while
 * the cluster is well: then that one is named.
 */
export async function refuseUnknownScope(unknown: UnknownScope, cluster: Cluster): Promise<Refusal> {
  return (await refuseUnavailable(unknown, cluster)) ?? printUnreachable(unknown.failure);
}

async function refuseUnavailable(
  { apiVersion, kind, failure }: UnknownScope,
  cluster: Cluster,
): Promise<Refusal | undefined> {
  const group = groupOf(apiVersion);
  if (failure.kind !== 'status' || failure.code < 500 || group === '') return undefined;
  const name = `${apiVersion.split('/')[1] ?? ''}.${group}`;
  const found = await cluster.get({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name });
  if (!found.ok || found.value === undefined) return undefined;
  const available = conditionOf(found.value, 'Available');
  const service = mappingOf(part(found.value, 'spec'), 'service');
  if (available?.status !== 'False' || textOf(service, 'name') === '') return undefined;
  const place = `${textOf(service, 'namespace')}/${textOf(service, 'name')}`;
  return {
    exitCode: 69,
    message: `APIService ${name}, which serves ${kind}, is not available: ${available.message || available.reason}`,
    help: `Look after Service ${place}, which is behind it (kubectl describe apiservice ${name}), then deploy again. What serves a kind must be there before its objects: deploy it apart, ahead of this file.`,
  };
}
