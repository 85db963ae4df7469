import { printReference, referenceOf } from '../cluster/kube-object.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { groupKindOf, kindsAnnotation, parseList, partOfLabel } from '../record/apply-set.js';
import { recordLabel, recordName } from '../record/record-names.js';
import { part, textOf } from '../readiness/readiness.js';
import type { ClusterState } from './live-state.js';
import type { Writer } from './watchman.js';

/** Which records are looked at. */
export interface RecordsOf {
  readonly deployment: string;
  readonly namespace: string;
}

/**
 * What a write does that the lock and the inventory forbid (execution.md §4); undefined for one that is in order. Only
 * who holds the lock at that moment writes objects, and only such objects as the inventory covers already.
 */
export function findForbiddenWrite(
  { type, object }: StoreEvent,
  writer: Writer,
  { cluster, ...where }: RecordsOf & { readonly cluster: ClusterState },
): string | undefined {
  const isRecord = object.metadata.labels?.[recordLabel] !== undefined;
  const isRun = writer.kind === 'run';
  if (!isRun || isRecord || object.kind === 'Namespace') return undefined;
  const subject = printReference(referenceOf(object));
  const holder = lockHolder(cluster, where);
  if (holder !== writer.name) {
    return `${writer.name} wrote ${subject} while ${holder === '' ? 'nobody' : holder} held the lock`;
  }
  const isMember = object.metadata.labels?.[partOfLabel] !== undefined;
  if (type !== 'ADDED' || !isMember || coveredKinds(cluster, where).has(groupKindOf(object)))
    return undefined;
  return `${writer.name} made ${subject} before the inventory covered its kind`;
}

function lockHolder({ store, kinds }: ClusterState, { deployment, namespace }: RecordsOf): string {
  const lease = store.get(kinds.builtIn('leases'), namespace, recordName(deployment));
  return lease === undefined ? '' : textOf(part(lease, 'spec'), 'holderIdentity');
}

function coveredKinds(
  { store, kinds }: ClusterState,
  { deployment, namespace }: RecordsOf,
): ReadonlySet<string> {
  const parent = store.get(kinds.builtIn('configmaps'), namespace, recordName(deployment));
  return parseList(parent?.metadata.annotations?.[kindsAnnotation]);
}
