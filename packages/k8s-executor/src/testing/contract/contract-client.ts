import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Json, JsonObject } from '../../cluster/json.js';
import { isJsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Transport } from '../../cluster/transport/transport.js';

/** What a server answered. */
export interface ContractAnswer {
  readonly code: number;
  /** The object, or of a failure its Status: `message`, `reason` and `causes` as far as a client sees them. */
  readonly body: JsonObject;
}

/** One expectation that every cluster must meet. */
export interface ContractCase {
  readonly name: string;
  /** Throws an AssertionError when the cluster does not meet it. `client` has a namespace of its own. */
  readonly run: (client: ContractClient) => Promise<void>;
}

const paths: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  Pod: 'api/v1 pods',
  Service: 'api/v1 services',
  ConfigMap: 'api/v1 configmaps',
  Secret: 'api/v1 secrets',
  Event: 'api/v1 events',
  ServiceAccount: 'api/v1 serviceaccounts',
  PersistentVolumeClaim: 'api/v1 persistentvolumeclaims',
  Deployment: 'apis/apps/v1 deployments',
  ReplicaSet: 'apis/apps/v1 replicasets',
  StatefulSet: 'apis/apps/v1 statefulsets',
  ControllerRevision: 'apis/apps/v1 controllerrevisions',
  Lease: 'apis/coordination.k8s.io/v1 leases',
  DaemonSet: 'apis/apps/v1 daemonsets',
  Job: 'apis/batch/v1 jobs',
  NetworkPolicy: 'apis/networking.k8s.io/v1 networkpolicies',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  Widget: 'apis/contract.flotilla.dev/v1 widgets',
};

/** A limit for what hangs, however slow the machine is. */
const WAIT_MS = 200_000;

const BETWEEN_TRIES_MS = 50;

/** Speaks to a cluster inside one namespace, in plain requests, so that nothing between hides what the server says. */
export class ContractClient {
  readonly namespace: string;
  readonly #transport: Transport;

  constructor(transport: Transport, namespace: string) {
    this.#transport = transport;
    this.namespace = namespace;
  }

  /** The path of a collection. */
  path(kind: string, namespace = this.namespace): string {
    const path = paths[kind];
    if (path === undefined) throw new Error(`Bug: the contract knows no path of ${kind}`);
    const [version = '', plural] = path.split(' ');
    return plural === undefined ? path : `/${version}/namespaces/${namespace}/${plural}`;
  }

  async send(request: Parameters<Transport['request']>[0]): Promise<ContractAnswer> {
    const result = await this.#transport.request(request);
    if (result.ok) {
      const { status, body } = result.value;
      return { code: status, body: isJsonObject(body) ? body : { text: body } };
    }
    const { failure } = result;
    if (failure.kind !== 'status')
      throw new Error(`${request.method} ${request.path}: ${JSON.stringify(failure)}`);
    const { code, reason, message, causes } = failure;
    return { code, body: { reason, message, causes: causes.map((cause) => ({ ...cause })) } };
  }

  apply(
    object: JsonObject,
    options: {
      readonly manager?: string;
      readonly force?: boolean;
      readonly dryRun?: boolean;
      readonly namespace?: string;
    } = {},
  ): Promise<ContractAnswer> {
    const { manager = 'contract', force = false, dryRun = false, namespace } = options;
    return this.send({
      method: 'PATCH',
      path: `${this.path(kindOf(object), namespace)}/${nameOf(object)}`,
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: manager, force: String(force), ...(dryRun && { dryRun: 'All' }) },
      body: object,
    });
  }

  /** Applies, and insists on success. */
  async applied(object: JsonObject, options?: Parameters<ContractClient['apply']>[1]): Promise<KubeObject> {
    const { code, body } = await this.apply(object, options);
    assert.ok(code < 300, `apply: ${JSON.stringify(body)}`);
    return body as KubeObject;
  }

  create(object: JsonObject, namespace = this.namespace): Promise<ContractAnswer> {
    return this.send({ method: 'POST', path: this.path(kindOf(object), namespace), body: object });
  }

  replace(object: JsonObject): Promise<ContractAnswer> {
    return this.send({ method: 'PUT', path: `${this.path(kindOf(object))}/${nameOf(object)}`, body: object });
  }

  patch(kind: string, name: string, body: Json): Promise<ContractAnswer> {
    const path = `${this.path(kind)}/${name}`;
    return this.send({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
  }

  get(kind: string, name: string): Promise<ContractAnswer> {
    return this.send({ method: 'GET', path: `${this.path(kind)}/${name}` });
  }

  async list(kind: string, query: Readonly<Record<string, string>> = {}): Promise<readonly KubeObject[]> {
    const { body } = await this.send({ method: 'GET', path: this.path(kind), query });
    return Array.isArray(body['items']) ? (body['items'] as readonly KubeObject[]) : [];
  }

  delete(kind: string, name: string, propagationPolicy = 'Background'): Promise<ContractAnswer> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy };
    return this.send({ method: 'DELETE', path: `${this.path(kind)}/${name}`, body });
  }

  /** The first `count` events of a watch; fails when they do not come. */
  async watch(
    kind: string,
    query: Readonly<Record<string, string>>,
    count: number,
  ): Promise<readonly JsonObject[]> {
    const events: JsonObject[] = [];
    await this.#follow(kind, query, (event) => {
      events.push(event);
      return events.length >= count;
    });
    return events;
  }

  /** The object as soon as it is as wanted; undefined in `wanted` stands for: gone. */
  async awaitObject(
    kind: string,
    name: string,
    wanted: (object: KubeObject) => boolean,
  ): Promise<KubeObject> {
    let last: KubeObject | undefined;
    await this.#follow(kind, { fieldSelector: `metadata.name=${name}` }, ({ object }) => {
      last = object as KubeObject;
      return wanted(last);
    });
    assert.ok(
      last !== undefined && wanted(last),
      `${kind} ${name} stayed as it was: ${JSON.stringify(last?.status)}`,
    );
    return last;
  }

  /** The first object of a kind that is as wanted. */
  async awaitAny(kind: string, wanted: (object: KubeObject) => boolean): Promise<KubeObject> {
    let found: KubeObject | undefined;
    await this.#follow(kind, {}, ({ object }) => {
      if (wanted(object as KubeObject)) found = object as KubeObject;
      return found !== undefined;
    });
    assert.ok(found !== undefined, `no ${kind} came to be as wanted`);
    return found;
  }

  /** Resolves once a kind that has come is served, which no object tells. */
  async awaitServed(kind: string): Promise<void> {
    const overdue = AbortSignal.timeout(WAIT_MS);
    while ((await this.send({ method: 'GET', path: this.path(kind) })).code !== 200) {
      assert.ok(!overdue.aborted, `${kind} is not served`);
      await setTimeout(BETWEEN_TRIES_MS);
    }
  }

  async awaitGone(kind: string, name: string): Promise<void> {
    const { code, body } = await this.get(kind, name);
    if (code === 404) return;
    const { resourceVersion = '' } = (body as KubeObject).metadata;
    let isGone = false;
    // From what was seen on: it may go before the watch begins.
    await this.#follow(kind, { fieldSelector: `metadata.name=${name}`, resourceVersion }, ({ type }) => {
      isGone = type === 'DELETED';
      return isGone;
    });
    assert.ok(isGone, `${kind} ${name} stayed`);
  }

  /** The lines of a container's log; a Status when the server refuses. */
  async logs(
    pod: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[] | ContractAnswer> {
    const path = `${this.path('Pod')}/${pod}/log`;
    const opened = await this.#transport.lines({ method: 'GET', path, query });
    if (!opened.ok) {
      assert.ok(opened.failure.kind === 'status');
      const { code, reason, message } = opened.failure;
      return { code, body: { reason, message } };
    }
    const lines: string[] = [];
    for await (const line of opened.value) lines.push(line);
    return lines;
  }

  async #follow(
    kind: string,
    query: Readonly<Record<string, string>>,
    isDone: (event: JsonObject) => boolean,
  ): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS);
    const opened = await this.#transport.lines({
      method: 'GET',
      path: this.path(kind),
      query: { watch: 'true', ...query },
      signal,
    });
    assert.ok(opened.ok, JSON.stringify(opened));
    for await (const line of opened.value) if (isDone(JSON.parse(line) as JsonObject)) return;
  }
}

function kindOf(object: JsonObject): string {
  const { kind } = object;
  return typeof kind === 'string' ? kind : '';
}

function nameOf(object: JsonObject): string {
  const { metadata } = object;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
