import type { ObjectReference, Plan, Refusal } from '@flotilla/core';
import { isDenied, type ApiFailure } from '../../cluster/api-failure.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { stoppable } from '../../cluster/stoppable-cluster.js';
import { recordName } from '../record-names.js';
import { decodeJournal } from './journal-document.js';
import type { Journal } from './journal-document.js';

/** Whose journal: the plan's deployment, and its own namespace. */
export interface JournalPlace {
  readonly plan: Pick<Plan, 'name'>;
  readonly namespace: string;
}

/** The journal of the last run as the cluster holds it. */
export interface FoundJournal {
  /** Undefined when there never was a run, or its records are gone. */
  readonly object: KubeObject | undefined;
  /** What it says; undefined also when somebody has damaged it. */
  readonly journal: Journal | undefined;
}

/** Reads the journal of the last run. A refusal (69, 77) says why it could not be. */
export async function readJournal({
  cluster,
  cancelled,
  ...place
}: JournalPlace & {
  readonly cluster: Cluster;
  readonly cancelled?: AbortSignal | undefined;
}): Promise<
  { readonly ok: true; readonly found: FoundJournal } | { readonly ok: false; readonly refusal: Refusal }
> {
  const found = await stoppable(cluster, cancelled).get(journalReference(place));
  if (!found.ok)
    return {
      ok: false,
      refusal: journalRefusal('the journal of the run before cannot be read', found.failure),
    };
  const object = found.value;
  return { ok: true, found: { object, journal: object === undefined ? undefined : decodeJournal(object) } };
}

/** The ConfigMap that holds it. */
export function journalReference({
  plan,
  namespace,
}: JournalPlace): ObjectReference & { readonly namespace: string } {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: recordName(plan.name, 'journal') };
}

/** What could not be done with the journal, and why: it is refused (77), or the API server is in trouble (69). */
export function journalRefusal(what: string, failure: ApiFailure): Refusal {
  const why = failure.kind === 'aborted' ? 'the request was stopped' : failure.message;
  if (!isDenied(failure)) return { exitCode: 69, message: `${what}: ${why}` };
  return {
    exitCode: 77,
    message: `${what}: ${why}`,
    help: 'Without it a run that is killed could not be resumed. Ask for the rights in docs/rbac.md, or for a policy that lets these ConfigMaps be written.',
  };
}
