import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { ClusterTime } from '../store/cluster-time.js';
import type { ObjectStore } from '../store/object-store.js';
import { apiVersionOf } from '../store/served-kind.js';
import type { ServedKind } from '../store/served-kind.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';
import type { ResourceRequest } from './resource-request.js';
import { parseSelectors } from './selectors.js';
import { badRequest, notFound, Refused } from './status.js';
import { printTable } from './table.js';

/** The object that a request names. */
export function findObject(store: ObjectStore, { kind, namespace, name = '' }: ResourceRequest): KubeObject {
  const object = store.get(kind, namespace, name);
  if (object === undefined) throw notFound(kind, name);
  return object;
}

/** What handlers of reads work on. */
export interface ReadContext {
  readonly store: ObjectStore;
  readonly time: ClusterTime;
}

/** GET of one object. */
export function answerGet({ store, time }: ReadContext, request: ResourceRequest): Answer {
  const object = findObject(store, request);
  if (request.subresource === 'scale') return json(scaleOf(object));
  return wantsTable(request)
    ? json(printTable(request.kind.kind, [object], { metadata: {}, nowMs: time.nowMs() }))
    : json(withVersion(object, request.kind));
}

/** kubectl asks for what it prints. */
export function wantsTable({ headers }: ResourceRequest): boolean {
  return headers.accept.includes('as=Table');
}

/** An object of a CRD is stored once and served in each of its versions. */
export function withVersion(object: KubeObject, kind: ServedKind): KubeObject {
  return { ...object, apiVersion: apiVersionOf(kind) };
}

/** The `scale` subresource of a workload. */
export function scaleOf(object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = object.spec as JsonObject;
  const status = (object.status ?? {}) as JsonObject;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec['replicas'] },
    status: { replicas: status['replicas'] ?? 0 },
  };
}

/** GET of a collection, page by page when `limit` says so. */
export function answerList({ store, time }: ReadContext, request: ResourceRequest): Answer {
  const { kind, namespace, query } = request;
  const selects = parseSelectors(query);
  const start = readContinue(query.get('continue'));
  if (start !== undefined && store.changesSince(kind, start.revision) === undefined)
    throw new Refused('Expired', forgottenPage);
  const revision = start?.revision ?? store.revision;
  const all = store
    .list(kind, namespace)
    .filter((object) => selects(object) && isBehind(object, start?.after));
  const limit = Number(query.get('limit') ?? 0);
  const page = limit > 0 ? all.slice(0, limit) : all;
  const last = page.at(-1);
  const rest = all.length - page.length;
  const metadata: JsonObject = {
    resourceVersion: String(revision),
    ...(rest > 0 &&
      last !== undefined && { continue: writeContinue(revision, last), remainingItemCount: rest }),
  };
  if (wantsTable(request)) return json(printTable(kind.kind, page, { metadata, nowMs: time.nowMs() }));
  const items = page.map((object) => withVersion(object, kind));
  return json({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items });
}

const forgottenPage =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';

interface PageStart {
  readonly revision: number;
  readonly after: string;
}

function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function isBehind(object: KubeObject, after: string | undefined): boolean {
  return after === undefined || placeOf(object) > after;
}

function writeContinue(revision: number, last: KubeObject): string {
  return Buffer.from(JSON.stringify([revision, placeOf(last)])).toString('base64url');
}

function readContinue(token: string | null): PageStart | undefined {
  if (token === null || token === '') return undefined;
  try {
    const [revision, after] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof revision === 'number' && typeof after === 'string') return { revision, after };
  } catch {
    // Not one of ours; refused below.
  }
  throw badRequest('continue key is not valid');
}

/** Where a watch is to begin is forgotten. */
export function expired(revision: number, current: number): Refused {
  return new Refused('Expired', `too old resource version: ${revision} (${current})`);
}
