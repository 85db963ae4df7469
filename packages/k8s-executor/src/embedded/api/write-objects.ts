import { isJsonObject, mappingOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { isKubeObject, part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { applyObject, printConflictMessage } from '../apply/apply-object.js';
import { trackUpdate } from '../apply/managed-fields.js';
import type { Writer } from '../apply/managed-fields.js';
import { schemaOf } from '../apply/topology.js';
import type { ClusterTime } from '../store/cluster-time.js';
import type { ObjectLifecycle } from '../store/object-lifecycle.js';
import type { ObjectStore } from '../store/object-store.js';
import { apiVersionOf } from '../store/served-kind.js';
import type { ServedKind } from '../store/served-kind.js';
import { withoutKeys, withoutParts } from '../store/without-keys.js';
import { json } from './answer.js';
import type { Answer } from './answer.js';
import { fillDefaults } from './defaults.js';
import { jsonPatch, mergePatch, strategicPatch } from './patch-document.js';
import { findObject, scaleOf, withVersion } from './read-objects.js';
import { readBody } from './read-body.js';
import type { ResourceRequest } from './resource-request.js';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  Refused,
  versionRequired,
} from './status.js';
import { checkFields } from './check-fields.js';
import { findFaults, findForbiddenChanges } from './validate.js';

/** What handlers of writes work on. */
export interface WriteContext {
  readonly store: ObjectStore;
  readonly lifecycle: ObjectLifecycle;
  readonly time: ClusterTime;
  /** What the cluster assigns to a new object, e.g. the address of a Service. */
  readonly assign: (object: KubeObject) => KubeObject;
}

/** POST to a collection. */
export function answerCreate(context: WriteContext, request: ResourceRequest): Answer {
  const { kind } = request;
  const object = readObject(context, request);
  if (context.store.get(kind, object.metadata.namespace, object.metadata.name) !== undefined) {
    throw alreadyExists(kind, object.metadata.name);
  }
  const tracked = (complete: KubeObject) =>
    trackUpdate(undefined, complete, writerOf(context, request, 'Update'));
  return json(withVersion(storeNew(context, request, { object, tracked }), kind), 201);
}

/** PUT of an object or its status. */
export function answerReplace(context: WriteContext, request: ResourceRequest): Answer {
  const before = findObject(context.store, request);
  if (request.subresource === 'scale') return answerScale(context, request, before);
  const next = readObject(context, request);
  checkReplaced(request.kind, before, next);
  return storeNext(context, request, { before, next });
}

/** PATCH in each of its forms. */
export function answerPatch(context: WriteContext, request: ResourceRequest): Answer {
  const { kind, namespace, name = '', headers } = request;
  if (/apply-patch/.test(headers.contentType)) return answerApply(context, request);
  const before = context.store.get(kind, namespace, name);
  if (before === undefined) throw notFound(kind, name);
  if (request.subresource === 'scale') return answerScale(context, request, before);
  return storeNext(context, request, { before, next: patchObject(before, request) });
}

function patchObject(before: KubeObject, { kind, headers, body }: ResourceRequest): KubeObject {
  const patch = readBody(body);
  const patched = headers.contentType.includes('json-patch+json')
    ? jsonPatch(before, patch)
    : headers.contentType.includes('strategic-merge-patch')
      ? strategicPatch(before, patch, { schema: schemaOf(kind), names: [] })
      : mergePatch(before, patch);
  if (!isKubeObject(patched)) throw badRequest('the patch leaves no object');
  return patched;
}

function answerScale(context: WriteContext, request: ResourceRequest, before: KubeObject): Answer {
  const { replicas } = mappingOf(readMapping(request), 'spec');
  const next = { ...before, spec: { ...part(before, 'spec'), replicas: replicas ?? 1 } };
  const stored = context.lifecycle.update(
    request.kind,
    before,
    trackUpdate(before, next, writerOf(context, request, 'Update')),
  );
  return json(scaleOf(stored));
}

function answerApply(context: WriteContext, request: ResourceRequest): Answer {
  const { kind, namespace, query } = request;
  if ((query.get('fieldManager') ?? '') === '') {
    throw new Refused(
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const applied = readObject(context, request);
  const before = context.store.get(kind, namespace, applied.metadata.name);
  const writer = writerOf(context, request, 'Apply');
  const force = query.get('force') === 'true';
  const complete = (object: KubeObject) => completeObject(context, object, before);
  const result = applyObject(before, applied, { ...writer, force, complete });
  if (!result.ok) {
    throw new Refused('Conflict', printConflictMessage(result.causes), { causes: result.causes });
  }
  if (before !== undefined)
    return storeNext(context, request, { before, next: result.object, isTracked: true });
  const stored = storeNew(context, request, { object: result.object, tracked: (object) => object });
  return json(withVersion(stored, kind), 201);
}

/** The object with what the server fills in. */
function completeObject(
  { assign }: WriteContext,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  const filled = fillDefaults(object);
  return assign(before === undefined ? filled : keepAssigned(before, filled));
}

/** What the server assigned once stays, when a write does not say otherwise. */
function keepAssigned(before: KubeObject, next: KubeObject): KubeObject {
  if (before.kind !== 'Service' && before.kind !== 'Job' && before.kind !== 'PersistentVolumeClaim')
    return next;
  const kept = ['clusterIP', 'clusterIPs', 'selector', 'volumeName'].filter(
    (key) => (key !== 'selector' || before.kind === 'Job') && part(next, 'spec')[key] === undefined,
  );
  const live = part(before, 'spec');
  const values = withoutKeys(live, ...Object.keys(live).filter((key) => !kept.includes(key)));
  return { ...next, spec: { ...part(next, 'spec'), ...values } };
}

function storeNew(
  context: WriteContext,
  request: ResourceRequest,
  { object, tracked }: { readonly object: KubeObject; readonly tracked: (object: KubeObject) => KubeObject },
): KubeObject {
  const { kind } = request;
  checkNamespace(context.store, kind, object);
  const fresh = kind.hasStatus ? withoutParts(object, 'status') : object;
  const complete = context.assign(fillDefaults(fresh));
  const faults = findFaults(complete);
  if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
  const final = tracked(complete);
  return isDryRun(request)
    ? context.lifecycle.prepareNew(kind, final)
    : context.lifecycle.create(kind, final);
}

interface NextState {
  readonly before: KubeObject;
  readonly next: KubeObject;
  /** Its managers are recorded already. */
  readonly isTracked?: boolean;
}

function storeNext(context: WriteContext, request: ResourceRequest, state: NextState): Answer {
  const { kind } = request;
  const { before } = state;
  const { name } = before.metadata;
  const asked = state.next;
  checkVersion(kind, before, asked);
  const complete = mergeParts(request, before, asked);
  const filled = request.subresource === '' ? completeObject(context, complete, before) : complete;
  const faults = [...findForbiddenChanges(before, filled), ...findFaults(filled)];
  if (faults.length > 0) throw invalid(kind, name, faults);
  const tracked =
    state.isTracked === true ? filled : trackUpdate(before, filled, writerOf(context, request, 'Update'));
  if (isDryRun(request)) return json(withVersion(context.lifecycle.prepareNext(kind, before, tracked), kind));
  return json(withVersion(context.lifecycle.update(kind, before, tracked), kind));
}

/** A write of the object leaves its status alone, and the other way round. */
function mergeParts(
  { kind, subresource }: ResourceRequest,
  before: KubeObject,
  asked: KubeObject,
): KubeObject {
  if (subresource === 'status') {
    const { managedFields } = before.metadata;
    return {
      ...before,
      metadata: { ...before.metadata, ...(managedFields !== undefined && { managedFields }) },
      ...(asked.status !== undefined && { status: asked.status }),
    };
  }
  if (!kind.hasStatus) return asked;
  return { ...withoutParts(asked, 'status'), ...(before.status !== undefined && { status: before.status }) };
}

function checkReplaced(kind: ServedKind, before: KubeObject, { metadata }: KubeObject): void {
  const { uid, name, namespace, resourceVersion = '' } = metadata;
  if (uid !== undefined && uid !== before.metadata.uid) {
    const key = ['/registry', kind.plural, ...(namespace === undefined ? [] : [namespace]), name].join('/');
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`;
    const told = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
    throw conflict(kind, name, told);
  }
  if (kind.plural === 'leases' && resourceVersion === '') throw versionRequired(kind, name);
}

function checkVersion(kind: ServedKind, before: KubeObject, asked: KubeObject): void {
  const { resourceVersion, name } = asked.metadata;
  if (
    resourceVersion === undefined ||
    resourceVersion === '' ||
    resourceVersion === before.metadata.resourceVersion
  )
    return;
  throw conflict(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

function checkNamespace(store: ObjectStore, kind: ServedKind, { metadata }: KubeObject): void {
  if (!kind.namespaced) return;
  const namespaces: ServedKind = {
    ...kind,
    group: '',
    version: 'v1',
    kind: 'Namespace',
    plural: 'namespaces',
    namespaced: false,
  };
  const namespace = metadata.namespace ?? '';
  const found = store.get(namespaces, undefined, namespace);
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const what = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  const message = `${what} "${metadata.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new Refused('Forbidden', message, { kind, name: metadata.name, causes: [cause] });
}

function readMapping({ body }: ResourceRequest): JsonObject {
  const read: Json = readBody(body);
  if (!isJsonObject(read)) throw badRequest('the body is no object');
  return read;
}

/** The object of a request's body, in the namespace of the path. */
function readObject(context: WriteContext, request: ResourceRequest): KubeObject {
  const { kind, namespace } = request;
  const body = readMapping(request);
  const said = {
    apiVersion: textOf(body, 'apiVersion') || apiVersionOf(kind),
    kind: textOf(body, 'kind') || kind.kind,
  };
  if (said.apiVersion !== apiVersionOf(kind) || said.kind !== kind.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): ${said.kind} in ${said.apiVersion}`,
    );
  }
  checkFields(request, body);
  const metadata = mappingOf(body, 'metadata');
  const generateName = textOf(metadata, 'generateName');
  const generated = generateName === '' ? '' : `${generateName}${context.time.newSuffix()}`;
  const name = textOf(metadata, 'name') || (request.name ?? generated);
  if (name === '') {
    throw invalid(kind, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]);
  }
  if (request.name !== undefined && request.name !== name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`);
  }
  const where = textOf(metadata, 'namespace');
  if (namespace !== undefined && where !== '' && where !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  return { ...body, ...said, metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) } };
}

function isDryRun({ query }: ResourceRequest): boolean {
  return query.get('dryRun') === 'All';
}

function writerOf(context: WriteContext, request: ResourceRequest, operation: 'Apply' | 'Update'): Writer {
  const name = request.query.get('fieldManager') ?? request.headers.userAgent.split('/')[0] ?? 'unknown';
  return {
    manager: { name, operation, subresource: request.subresource },
    schema: schemaOf(request.kind),
    time: context.time.timestamp(),
  };
}
