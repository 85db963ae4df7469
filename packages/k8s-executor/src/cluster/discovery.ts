import type { ApiResult } from './api-failure.js';
import type { Resource } from './cluster.js';
import {
  readAggregatedDiscovery,
  readGroupVersions,
  readResourceList,
  resourceKey,
} from './discovery-document.js';
import type { DiscoveredResources } from './discovery-document.js';
import { groupVersionPath } from './resource-path.js';
import type { Transport } from './transport/transport.js';

/** `apart`: the server is older than aggregated discovery, group versions are asked for one by one. */
type Discovered = DiscoveredResources | 'apart';

const ACCEPT = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** What the server serves: asked for once, in two requests, however many ask at the same time. */
export class Discovery {
  readonly #transport: Transport;
  #all: Promise<ApiResult<Discovered>> | undefined;
  #unknown = new Set<string>();
  readonly #apart = new Map<string, Promise<ApiResult<ReadonlyMap<string, Resource>>>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Asks the server now, unless it has been asked. A failure is not remembered. */
  load(): Promise<ApiResult<Discovered>> {
    if (this.#all !== undefined) return this.#all;
    const asked = this.#askAll();
    this.#all = asked;
    void asked.then((result) => {
      if (!result.ok && this.#all === asked) this.#all = undefined;
    });
    return asked;
  }

  /** Undefined when the server does not know the kind, which it is asked twice at most: the kind may be new. */
  async resource(apiVersion: string, kind: string): Promise<ApiResult<Resource | undefined>> {
    const key = resourceKey(apiVersion, kind);
    const known = this.#all;
    const first = await this.#find(apiVersion, key);
    if (!first.ok || first.value !== undefined || this.#unknown.has(key)) return first;
    // What was asked for by this very call is new enough.
    if (known !== undefined) {
      if (this.#all === known) this.#refetch();
      const second = await this.#find(apiVersion, key);
      if (!second.ok || second.value !== undefined) return second;
    }
    this.#unknown.add(key);
    return { ok: true, value: undefined };
  }

  /** Every kind that is served, in each of its versions. Left out are groups whose own API server is down: nobody waits for it. */
  async resources(): Promise<ApiResult<readonly Resource[]>> {
    const all = await this.load();
    if (!all.ok) return all;
    if (all.value !== 'apart') {
      const { resources, stale } = all.value;
      return { ok: true, value: [...resources.values()].filter(({ apiVersion }) => !stale.has(apiVersion)) };
    }
    const left = await this.#groupVersions();
    const apart = await Promise.all(left.map((apiVersion) => this.#loadApart(apiVersion)));
    return { ok: true, value: apart.flatMap((each) => (each.ok ? [...each.value.values()] : [])) };
  }

  /** The next question goes to the server again. */
  forget(): void {
    this.#refetch();
    this.#unknown = new Set();
  }

  #refetch(): void {
    this.#all = undefined;
    this.#apart.clear();
  }

  async #find(apiVersion: string, key: string): Promise<ApiResult<Resource | undefined>> {
    const all = await this.load();
    if (!all.ok) return all;
    if (all.value !== 'apart') {
      const resource = all.value.resources.get(key);
      if (resource !== undefined || !all.value.stale.has(apiVersion)) return { ok: true, value: resource };
    }
    const listed = await this.#loadApart(apiVersion);
    return listed.ok ? { ok: true, value: listed.value.get(key) } : listed;
  }

  async #askAll(): Promise<ApiResult<Discovered>> {
    const [core, groups] = await Promise.all([this.#askAggregated('/api'), this.#askAggregated('/apis')]);
    if (!core.ok) return core;
    if (!groups.ok) return groups;
    if (core.value === 'apart' || groups.value === 'apart') return { ok: true, value: 'apart' };
    return {
      ok: true,
      value: {
        resources: new Map([...core.value.resources, ...groups.value.resources]),
        stale: new Set([...core.value.stale, ...groups.value.stale]),
      },
    };
  }

  async #askAggregated(path: string): Promise<ApiResult<Discovered>> {
    const answer = await this.#transport.request({ method: 'GET', path, accept: ACCEPT });
    if (answer.ok) return { ok: true, value: readAggregatedDiscovery(answer.value.body) ?? 'apart' };
    const refused = answer.failure.kind === 'status' && [404, 406].includes(answer.failure.code);
    return refused ? { ok: true, value: 'apart' } : answer;
  }

  async #groupVersions(): Promise<readonly string[]> {
    const answer = await this.#transport.request({ method: 'GET', path: '/apis' });
    return ['v1', ...(answer.ok ? readGroupVersions(answer.value.body) : [])];
  }

  #loadApart(apiVersion: string): Promise<ApiResult<ReadonlyMap<string, Resource>>> {
    const asked = this.#apart.get(apiVersion) ?? this.#askApart(apiVersion);
    this.#apart.set(apiVersion, asked);
    void asked.then((result) => {
      if (!result.ok) this.#apart.delete(apiVersion);
    });
    return asked;
  }

  async #askApart(apiVersion: string): Promise<ApiResult<ReadonlyMap<string, Resource>>> {
    const answer = await this.#transport.request({ method: 'GET', path: groupVersionPath(apiVersion) });
    if (answer.ok) return { ok: true, value: readResourceList(answer.value.body, apiVersion) };
    const isUnknown = answer.failure.kind === 'status' && answer.failure.code === 404;
    return isUnknown ? { ok: true, value: new Map() } : answer;
  }
}
