import { textOf } from '../cluster/json.js';
import { part, printReference, referenceOf } from '../cluster/kube-object.js';
import type { StoreEvent } from '../embedded/store/object-store.js';
import { groupKindOf, kindsAnnotation, parseList, partOfLabel } from '../record/apply-set.js';
import { decodeJournal } from '../record/journal/journal-document.js';
import type { Journal } from '../record/journal/journal-document.js';
import { recordLabel, recordName } from '../record/record-names.js';
import type { ClusterState } from './live-state.js';
import type { Writer } from './watchman.js';

/** Which records are looked at. */
export interface RecordsOf {
  readonly deployment: string;
  readonly namespace: string;
}

/**
 * What a write does that the records forbid (execution.md §4); undefined for one that is in order. Only who holds the lock
 * at that moment writes objects, once its journal has begun, and only such objects as the inventory covers already. A
 * rollback makes no job.
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
  const process = journalOf(cluster, where)?.header.parts.at(-1)?.process;
  if (process !== writer.name) return `${writer.name} wrote ${subject} before its journal had begun`;
  if (writer.does === 'rollback' && type === 'ADDED' && object.kind === 'Job')
    return `${writer.name} made ${subject} in a rollback`;
  const isMember = object.metadata.labels?.[partOfLabel] !== undefined;
  if (type !== 'ADDED' || !isMember || coveredKinds(cluster, where).has(groupKindOf(object)))
    return undefined;
  return `${writer.name} made ${subject} before the inventory covered its kind`;
}

/** Who holds the lock by its Lease; empty: nobody. */
export function lockHolder({ store, kinds }: ClusterState, { deployment, namespace }: RecordsOf): string {
  const lease = store.get(kinds.builtIn('leases'), namespace, recordName(deployment));
  return lease === undefined ? '' : textOf(part(lease, 'spec'), 'holderIdentity');
}

/** The journal as it is stored. */
export function journalOf(
  { store, kinds }: ClusterState,
  { deployment, namespace }: RecordsOf,
): Journal | undefined {
  const object = store.get(kinds.builtIn('configmaps'), namespace, recordName(deployment, 'journal'));
  return object === undefined ? undefined : decodeJournal(object);
}

function coveredKinds(
  { store, kinds }: ClusterState,
  { deployment, namespace }: RecordsOf,
): ReadonlySet<string> {
  const parent = store.get(kinds.builtIn('configmaps'), namespace, recordName(deployment));
  return parseList(parent?.metadata.annotations?.[kindsAnnotation]);
}
