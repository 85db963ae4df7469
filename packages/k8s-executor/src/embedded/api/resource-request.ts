import type { KindRegistry } from '../store/kind-registry.js';
import type { ServedKind } from '../store/served-kind.js';

/** A request for objects, taken apart. */
export interface ResourceRequest {
  readonly method: string;
  readonly kind: ServedKind;
  /** Undefined for cluster-wide kinds, and for a collection over all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined for a collection. */
  readonly name: string | undefined;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly headers: { readonly accept: string; readonly contentType: string; readonly userAgent: string };
  readonly body: string;
}

export type ResourcePath = Pick<ResourceRequest, 'kind' | 'namespace' | 'name' | 'subresource'>;

/** Reads `/api/v1/namespaces/shop/pods/web/log` and the like; undefined when no kind is served there. */
export function parseResourcePath(path: string, kinds: KindRegistry): ResourcePath | undefined {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const [root, ...rest] = segments;
  const [apiVersion, below] =
    root === 'api' ? [rest[0] ?? '', rest.slice(1)] : [rest.slice(0, 2).join('/'), rest.slice(2)];
  if (below[0] === 'namespaces' && below.length > 2) {
    const kind = kinds.byPlural(apiVersion, below[2] ?? '');
    if (kind?.namespaced === true) {
      const [, namespace, , name, subresource = ''] = below;
      return { kind, namespace, name, subresource };
    }
    if (below.length > 3 || kind !== undefined) return undefined;
  }
  const kind = kinds.byPlural(apiVersion, below[0] ?? '');
  if (kind === undefined) return undefined;
  const [, name, subresource = ''] = below;
  if (kind.namespaced && name !== undefined) return undefined;
  return { kind, namespace: undefined, name, subresource };
}
