import type { ObjectReference } from '@flotilla/core';
import type { ApiFailure, ApiResult } from './api-failure.js';
import type { JsonObject } from './json.js';
import type { KubeObject } from './kube-object.js';
import type { WritePermit } from './transport/transport.js';

/** A kind as the server serves it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** As in paths: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Its status is written apart, by a controller. */
  readonly hasStatus?: boolean;
}

export interface WriteOptions {
  /** Stops it; a write that has been sent is given 5 s to be answered (execution.md §5). */
  readonly signal?: AbortSignal;
  /** Without it nothing is sent, and when it ends nothing more is waited for. */
  readonly permit?: WritePermit;
  /** Does not wait for its turn behind other writes: what must be stored in time, as the renewal of a lease. */
  readonly urgent?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Nothing is stored; the server answers as if it were. */
  readonly dryRun?: boolean;
  /** Takes fields over from other managers (`--force-conflicts`). */
  readonly force?: boolean;
}

export interface Applied {
  /** The object as the server now holds it. */
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** What a watch tells. `synced` comes once after the objects that existed at its start have been told. */
export type WatchEvent =
  | { readonly type: 'changed'; readonly object: KubeObject }
  | { readonly type: 'deleted'; readonly object: KubeObject }
  | { readonly type: 'synced' };

/** One watch per kind and namespace for the whole run, shared by all who ask. */
export interface SharedWatch {
  /**
   * The newest known state of an object; undefined when it does not exist (or before the watch has synced).
   * In a watch over all namespaces the name is `namespace/name`.
   */
  get(name: string): KubeObject | undefined;
  /** All known objects of the kind in the namespace. */
  list(): readonly KubeObject[];
  /** Those among them that name this uid in their ownerReferences; costs no walk over the others. */
  ownedBy(uid: string): readonly KubeObject[];
  /** Resolves when the initial objects are known. */
  readonly synced: Promise<void>;
  /** Why the watch is not up at this moment, while it keeps trying; undefined when all is well. */
  trouble?(): ApiFailure | undefined;
  /** Calls back whenever the watch goes down, and when it is up again; the returned function stops that. */
  onTrouble?(listener: () => void): () => void;
  /** Calls back on every event from now on; the returned function stops that. */
  subscribe(listener: (event: WatchEvent) => void): () => void;
}

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container's run before its last restart. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** A Kubernetes cluster as tasks use it: a narrow port over the transport. */
export interface Cluster {
  /** The API server's address. */
  readonly server: string;
  /** The kube context, or `embedded`. */
  readonly context: string;
  /** The namespace of the kube context, or `default`. */
  readonly defaultNamespace: string;
  /** The kind as served, undefined when the server does not know it. */
  resource(apiVersion: string, kind: string): Promise<ApiResult<Resource | undefined>>;
  /** Every kind that the server serves, in each of its versions. */
  resources(): Promise<ApiResult<readonly Resource[]>>;
  /** Forgets what discovery said; after applying CRDs. */
  forgetResources(): void;
  /** Server-side apply with field manager `flotilla`. The object must name its namespace when its kind has one. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<ApiResult<Applied>>;
  /** Undefined when it does not exist. */
  get(reference: ObjectReference, signal?: AbortSignal): Promise<ApiResult<KubeObject | undefined>>;
  /** All objects of a kind, in one namespace or (undefined) in all; follows `continue` tokens. */
  list(
    resource: Resource,
    where: {
      readonly namespace?: string;
      readonly labelSelector?: string;
      readonly fieldSelector?: string;
      /** Asks for names, labels and annotations alone. A server that does not know how sends whole objects. */
      readonly metadataOnly?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<ApiResult<readonly KubeObject[]>>;
  /** Sent once: when the answer is lost (`unreachable`) it may have happened. */
  create(object: KubeObject, options?: WriteOptions): Promise<ApiResult<KubeObject>>;
  /**
   * PUT: the object takes the place of the one that is there. With a `resourceVersion` only that version of it, else
   * 409. Sent once: when the answer is lost (`unreachable`) it may have happened.
   */
  replace(object: KubeObject, options?: WriteOptions): Promise<ApiResult<KubeObject>>;
  /**
   * JSON merge patch (RFC 7386) of an object that exists, else 404. With `metadata.resourceVersion` in it only of that
   * version, else 409; with `metadata.uid` only of that object, else 422. Sent once: when the answer is lost it may have happened.
   */
  patch(
    reference: ObjectReference,
    patch: JsonObject,
    options?: WriteOptions,
  ): Promise<ApiResult<KubeObject>>;
  /** Background propagation unless told otherwise. True when something was there to delete. */
  delete(
    reference: ObjectReference,
    options?: WriteOptions & {
      readonly uid?: string;
      /** Only while it is in this version, else 409. */
      readonly resourceVersion?: string;
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
    },
  ): Promise<ApiResult<boolean>>;
  /** The shared watch of a kind in a namespace (undefined: a cluster-wide kind, or all namespaces). Starts it on first use. */
  watch(resource: Resource, namespace: string | undefined): SharedWatch;
  logs(request: LogRequest): Promise<ApiResult<AsyncIterable<string>>>;
  /** Ends all watches and connections. */
  close(): void;
}
