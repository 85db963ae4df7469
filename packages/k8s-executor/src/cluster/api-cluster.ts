import type { Clock, ObjectReference } from '@flotilla/core';
import type { ApiResult } from './api-failure.js';
import type {
  Applied,
  ApplyOptions,
  Cluster,
  LogRequest,
  Resource,
  SharedWatch,
  WriteOptions,
} from './cluster.js';
import { Discovery } from './discovery.js';
import type { Json, JsonObject } from './json.js';
import type { KubeObject } from './kube-object.js';
import { listObjects } from './list-objects.js';
import { collectionPath, objectPath, segment } from './resource-path.js';
import { APPLY_CONTENT_TYPE } from './transport/retry-policy.js';
import { ResourceWatch } from './watch/shared-watch.js';
import type { ServerTraits } from './watch/shared-watch.js';
import type { ApiRequest, Transport } from './transport/transport.js';

/** Who our fields belong to on the server (execution.md §1). */
const FIELD_MANAGER = 'flotilla';

const metadataAccept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

export interface ApiClusterOptions {
  readonly transport: Transport;
  readonly context: string;
  readonly defaultNamespace: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The cluster port over a transport: paths, queries, discovery, and one watch per kind and namespace. */
export class ApiCluster implements Cluster {
  readonly server: string;
  readonly context: string;
  readonly defaultNamespace: string;
  readonly discovery: Discovery;
  readonly #options: ApiClusterOptions;
  readonly #transport: Transport;
  readonly #traits: ServerTraits = { watchList: true };
  readonly #watches = new Map<string, ResourceWatch>();

  constructor(options: ApiClusterOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.server = options.transport.server;
    this.context = options.context;
    this.defaultNamespace = options.defaultNamespace;
    this.discovery = new Discovery(options.transport);
  }

  resource(apiVersion: string, kind: string): Promise<ApiResult<Resource | undefined>> {
    return this.discovery.resource(apiVersion, kind);
  }

  resources(): Promise<ApiResult<readonly Resource[]>> {
    return this.discovery.resources();
  }

  forgetResources(): void {
    this.discovery.forget();
  }

  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<ApiResult<Applied>> {
    const resource = await this.#served(object);
    if (!resource.ok) return resource;
    const answer = await this.#transport.request({
      method: 'PATCH',
      path: objectPath(resource.value, object.metadata),
      query: {
        fieldManager: FIELD_MANAGER,
        fieldValidation: 'Strict',
        force: String(options.force === true),
        ...(options.dryRun === true && { dryRun: 'All' }),
      },
      contentType: APPLY_CONTENT_TYPE,
      body: object,
      ...(options.dryRun === true ? stopAtOnce(options) : writeOptions(options)),
    });
    if (!answer.ok) return answer;
    return { ok: true, value: { object: asObject(answer.value.body), warnings: answer.value.warnings } };
  }

  async get(reference: ObjectReference, signal?: AbortSignal): Promise<ApiResult<KubeObject | undefined>> {
    const resource = await this.resource(reference.apiVersion, reference.kind);
    if (!resource.ok) return resource;
    if (resource.value === undefined) return { ok: true, value: undefined };
    const answer = await this.#transport.request({
      method: 'GET',
      path: objectPath(resource.value, reference),
      ...(signal !== undefined && { signal }),
    });
    if (answer.ok) return { ok: true, value: asObject(answer.value.body) };
    return isStatus(answer, 404) ? { ok: true, value: undefined } : answer;
  }

  async list(
    resource: Resource,
    where: Parameters<Cluster['list']>[1],
  ): Promise<ApiResult<readonly KubeObject[]>> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, signal } = where;
    const listed = await listObjects(this.#transport, resource, {
      path: collectionPath(resource, namespace),
      query: {
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
      },
      ...(metadataOnly === true && { accept: metadataAccept }),
      ...(signal !== undefined && { signal }),
    });
    return listed.ok ? { ok: true, value: listed.value.objects } : listed;
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<ApiResult<KubeObject>> {
    const resource = await this.#served(object);
    if (!resource.ok) return resource;
    return this.#store({
      method: 'POST',
      path: collectionPath(resource.value, object.metadata.namespace),
      body: object,
      ...writeOptions(options),
    });
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<ApiResult<KubeObject>> {
    const resource = await this.#served(object);
    if (!resource.ok) return resource;
    const path = objectPath(resource.value, object.metadata);
    return this.#store({ method: 'PUT', path, body: object, ...writeOptions(options) });
  }

  async patch(
    reference: ObjectReference,
    patch: JsonObject,
    options: WriteOptions = {},
  ): Promise<ApiResult<KubeObject>> {
    const resource = await this.#served(reference);
    if (!resource.ok) return resource;
    return this.#store({
      method: 'PATCH',
      path: objectPath(resource.value, reference),
      contentType: 'application/merge-patch+json',
      body: patch,
      ...writeOptions(options),
    });
  }

  async delete(
    reference: ObjectReference,
    options: NonNullable<Parameters<Cluster['delete']>[1]> = {},
  ): Promise<ApiResult<boolean>> {
    const { uid, resourceVersion, propagation = 'Background' } = options;
    const preconditions = {
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    const resource = await this.resource(reference.apiVersion, reference.kind);
    if (!resource.ok) return resource;
    if (resource.value === undefined) return { ok: true, value: false };
    const answer = await this.#transport.request({
      method: 'DELETE',
      path: objectPath(resource.value, reference),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation,
        ...(Object.keys(preconditions).length > 0 && { preconditions }),
      },
      ...writeOptions(options),
    });
    if (answer.ok) return { ok: true, value: true };
    // Another object of that name: the one that was meant is gone.
    const isAnother = uid !== undefined && isStatus(answer, 409) && /\buid\b/i.test(messageOf(answer));
    return isStatus(answer, 404) || isAnother ? { ok: true, value: false } : answer;
  }

  watch(resource: Resource, namespace: string | undefined): SharedWatch {
    const where = resource.namespaced ? namespace : undefined;
    const key = collectionPath(resource, where);
    const known = this.#watches.get(key);
    if (known !== undefined) return known;
    const { transport, clock, random } = this.#options;
    const traits = this.#traits;
    const watch = new ResourceWatch({ transport, clock, random, resource, namespace: where, traits });
    this.#watches.set(key, watch);
    return watch;
  }

  logs(request: LogRequest): Promise<ApiResult<AsyncIterable<string>>> {
    const { namespace, pod, container, previous, tailLines, follow, signal } = request;
    return this.#transport.lines({
      method: 'GET',
      path: `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log`,
      accept: '*/*',
      query: {
        container,
        ...(previous === true && { previous: 'true' }),
        ...(follow === true && { follow: 'true' }),
        ...(tailLines !== undefined && { tailLines: String(tailLines) }),
      },
      ...(signal !== undefined && { signal }),
    });
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
    this.#transport.close();
  }

  /** A write that answers with the object as it is stored. */
  async #store(request: Omit<ApiRequest, 'query'>): Promise<ApiResult<KubeObject>> {
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' };
    const answer = await this.#transport.request({ ...request, query });
    return answer.ok ? { ok: true, value: asObject(answer.value.body) } : answer;
  }

  /** The kind of an object that is to be written, which must be served. */
  async #served({
    apiVersion,
    kind,
  }: Pick<ObjectReference, 'apiVersion' | 'kind'>): Promise<ApiResult<Resource>> {
    const found = await this.resource(apiVersion, kind);
    if (!found.ok) return found;
    if (found.value !== undefined) return { ok: true, value: found.value };
    const message = `the server has no kind ${kind} in ${apiVersion}`;
    return { ok: false, failure: { kind: 'status', code: 404, reason: 'NotFound', message, causes: [] } };
  }
}

/** A running write gets so long to be answered when it is stopped (execution.md §5). */
const WRITE_GRACE_MS = 5_000;

function writeOptions(options: WriteOptions): Partial<ApiRequest> {
  const { permit, urgent } = options;
  return {
    ...stopAtOnce(options),
    graceMs: WRITE_GRACE_MS,
    ...(permit !== undefined && { permit }),
    ...(urgent !== undefined && { urgent }),
  };
}

function stopAtOnce({ signal }: WriteOptions): Partial<ApiRequest> {
  return signal === undefined ? {} : { signal };
}

function asObject(body: Json): KubeObject {
  return body as KubeObject;
}

function isStatus(result: ApiResult<unknown>, code: number): boolean {
  return !result.ok && result.failure.kind === 'status' && result.failure.code === code;
}

function messageOf(result: ApiResult<unknown>): string {
  return !result.ok && result.failure.kind === 'status' ? result.failure.message : '';
}
