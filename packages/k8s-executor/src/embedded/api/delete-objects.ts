import { isJsonObject, mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { DeleteRequest, ObjectLifecycle, Propagation } from '../store/object-lifecycle.js';
import type { ObjectStore } from '../store/object-store.js';
import { apiVersionOf } from '../store/served-kind.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';
import { readBody } from './read-body.js';
import { findObject, withVersion } from './read-objects.js';
import type { ResourceRequest } from './resource-request.js';
import { parseSelectors } from './selectors.js';
import { otherObject } from './status.js';

export interface DeleteContext {
  readonly store: ObjectStore;
  readonly lifecycle: ObjectLifecycle;
}

/** DELETE of one object: a Status when it is gone, the object while something holds it. */
export function answerDelete({ store, lifecycle }: DeleteContext, request: ResourceRequest): Answer {
  const { kind } = request;
  const object = findObject(store, request);
  const options = readOptions(request);
  checkPreconditions(request, object, mappingOf(options, 'preconditions'));
  const isDryRun = request.query.get('dryRun') === 'All' || Array.isArray(options['dryRun']);
  const left = isDryRun ? object : lifecycle.delete(kind, object, readRequest(request, options));
  const still = store.get(kind, object.metadata.namespace, object.metadata.name);
  if (still?.metadata.uid === object.metadata.uid) return json(withVersion(still ?? left, kind));
  const { name, uid } = object.metadata;
  const details: JsonObject = {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
    uid,
  };
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

/** DELETE of a collection. */
export function answerDeleteCollection(
  { store, lifecycle }: DeleteContext,
  request: ResourceRequest,
): Answer {
  const { kind, namespace, query } = request;
  const selects = parseSelectors(query);
  const objects = store.list(kind, namespace).filter(selects);
  const options = readOptions(request);
  for (const object of objects) lifecycle.delete(kind, object, readRequest(request, options));
  const metadata = { resourceVersion: String(store.revision) };
  return json({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: objects });
}

function readOptions({ body }: ResourceRequest): JsonObject {
  const read = body === '' ? {} : readBody(body);
  return isJsonObject(read) ? read : {};
}

function readRequest({ query, kind }: ResourceRequest, options: JsonObject): DeleteRequest {
  const said = textOf(options, 'propagationPolicy') || (query.get('propagationPolicy') ?? '');
  const known: readonly Propagation[] = ['Background', 'Foreground', 'Orphan'];
  // Jobs are the one kind whose old clients expect their pods to stay.
  const fallback: Propagation = kind.kind === 'Job' ? 'Orphan' : 'Background';
  const graceText = options['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds');
  const grace = graceText === null ? NaN : Number(graceText);
  return {
    propagation: known.find((each) => each === said) ?? fallback,
    ...(Number.isFinite(grace) && { graceSeconds: grace }),
  };
}

function checkPreconditions({ kind }: ResourceRequest, object: KubeObject, preconditions: JsonObject): void {
  const { uid, resourceVersion, name } = object.metadata;
  const wantedUid = textOf(preconditions, 'uid');
  if (wantedUid !== '' && wantedUid !== uid) {
    const why = `the UID in the precondition (${wantedUid}) does not match the UID in record (${uid ?? ''}). The object might have been deleted and then recreated`;
    throw otherObject(kind, name, why);
  }
  const wanted = textOf(preconditions, 'resourceVersion');
  if (wanted !== '' && wanted !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${resourceVersion ?? ''}). The object might have been modified`;
    throw otherObject(kind, name, why);
  }
}
