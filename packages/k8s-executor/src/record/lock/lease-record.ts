import type { ObjectReference } from '@flotilla/core';
import type { JsonObject } from '../../cluster/json.js';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { recordName } from '../record-names.js';
import type { RunOrigin } from '../run-origin.js';

/** Who holds a deployment's lock, as the Lease tells everybody. */
export interface LockHolder extends RunOrigin {
  /** Unique for every process that ever tries to hold a lock. */
  readonly run: string;
  /** When it got the lock, by its own clock: for people, never to be reckoned with. ISO 8601. */
  readonly since: string;
}

/** Somebody asks the holder for the lock. `take-over`: to go on in its place; `unlock`: to let it go. */
export interface LockRequest {
  readonly how: 'take-over' | 'unlock';
  readonly by: LockHolder;
}

/** A Lease as a lock. */
export interface LeaseRecord {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Undefined when nobody holds it. */
  readonly holder: LockHolder | undefined;
  /** How long after its last renewal the holder counts as alive, in milliseconds. */
  readonly durationMs: number;
  /** Differs after every renewal and every change of the holder, and only then. */
  readonly pulse: string;
  readonly request: LockRequest | undefined;
}

const whoAnnotation = 'flotilla.dev/lock-who';
const commitAnnotation = 'flotilla.dev/lock-commit';
const urlAnnotation = 'flotilla.dev/lock-url';
const requestAnnotation = 'flotilla.dev/lock-request';

/** The Lease that is the lock of a deployment. */
export function leaseReference(where: {
  readonly deployment: string;
  readonly namespace: string;
}): ObjectReference & { readonly namespace: string } {
  const { deployment, namespace } = where;
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: recordName(deployment) };
}

/** What a Lease says. One that others have written is read as far as it goes. */
export function readLease(lease: KubeObject): LeaseRecord {
  const spec = isJsonObject(lease.spec) ? lease.spec : {};
  const { holderIdentity, leaseDurationSeconds } = spec;
  const run = typeof holderIdentity === 'string' ? holderIdentity : '';
  return {
    uid: lease.metadata.uid ?? '',
    resourceVersion: lease.metadata.resourceVersion ?? '',
    holder: run === '' ? undefined : readHolder(run, spec, lease.metadata.annotations ?? {}),
    durationMs: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : 0,
    pulse: JSON.stringify([holderIdentity, spec['acquireTime'], spec['renewTime']]),
    request: readRequest(lease.metadata.annotations?.[requestAnnotation]),
  };
}

function readHolder(
  run: string,
  spec: JsonObject,
  annotations: Readonly<Record<string, string>>,
): LockHolder {
  const { acquireTime } = spec;
  return {
    run,
    who: annotations[whoAnnotation] ?? run,
    commit: annotations[commitAnnotation] ?? null,
    url: annotations[urlAnnotation] ?? null,
    since: typeof acquireTime === 'string' ? acquireTime : '',
  };
}

/** The fields of a Lease that make `holder` its holder: for a create, or as a merge patch that also drops what was asked of the holder before. */
export function heldBy(
  holder: LockHolder,
  durationMs: number,
): {
  readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> };
  readonly spec: JsonObject;
} {
  return {
    metadata: {
      annotations: {
        [whoAnnotation]: holder.who,
        [commitAnnotation]: holder.commit,
        [urlAnnotation]: holder.url,
        [requestAnnotation]: null,
      },
    },
    spec: {
      holderIdentity: holder.run,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: holder.since,
      renewTime: holder.since,
    },
  };
}

/** A merge patch that asks the holder for its lock. */
export function asking(request: LockRequest): { readonly metadata: JsonObject } {
  return { metadata: { annotations: { [requestAnnotation]: JSON.stringify(request) } } };
}

/** A merge patch that takes back what was asked of the holder. */
export const askingNothing = { metadata: { annotations: { [requestAnnotation]: null } } };

/** A moment as Leases have it: with microseconds. */
export function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z');
}

function readRequest(text: string | undefined): LockRequest | undefined {
  if (text === undefined) return undefined;
  try {
    const said: unknown = JSON.parse(text);
    if (!isJsonObject(said) || !isJsonObject(said['by'])) return undefined;
    const { how, by } = said;
    const { run, who, commit, url, since } = by;
    if (how !== 'take-over' && how !== 'unlock') return undefined;
    if (typeof run !== 'string' || typeof who !== 'string' || typeof since !== 'string') return undefined;
    return { how, by: { run, who, since, commit: textOrNull(commit), url: textOrNull(url) } };
  } catch {
    // Whatever stands there, it is no request of ours.
    return undefined;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
