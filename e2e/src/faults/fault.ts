import { createHash } from 'node:crypto';

/** A request as the proxy sees it before it decides what to do with it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly isDryRun: boolean;
  /** How often this very request has come, this time included: method, path and query; of a watch the path. */
  readonly count: number;
}

/** What goes wrong with one request. */
export type Fault =
  /** The proxy answers; the server hears nothing. */
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
      /** Instead of a Status object, as load balancers answer. */
      readonly html?: true;
    }
  /** The connection is reset; the server hears nothing. */
  | { readonly kind: 'reset-before' }
  /** The server does it, the answer is lost with the connection. */
  | { readonly kind: 'reset-after' }
  /** The server does it, half of the answer comes. */
  | { readonly kind: 'cut' }
  /** Nothing is answered, the connection stays; the server hears of it or not. */
  | { readonly kind: 'half-open'; readonly reaches: boolean }
  /** The answer comes in pieces, this many milliseconds after one another. */
  | { readonly kind: 'slow'; readonly pieceMs: number }
  /** A watch, after so many lines: broken in the middle of a line; told that its version is gone; or silent. */
  | { readonly kind: 'watch-cut' | 'watch-gone' | 'watch-silent'; readonly afterLines: number }
  /** A watch without its bookmarks; one that ends as soon as it has begun. */
  | { readonly kind: 'no-bookmarks' | 'watch-end' };

/** Decides by the request alone what goes wrong with it. */
export type FaultPlan = (request: ProxiedRequest) => Fault | undefined;

export interface Chance {
  readonly seed: string;
  /** Of the requests that match, in [0, 1]. */
  readonly share: number;
  readonly faults: readonly Fault[];
  readonly matches?: (request: ProxiedRequest) => boolean;
  /** A request that failed so often goes through; default 2. */
  readonly mostInARow?: number;
}

/** Faults by chance, but the same for the same seed and request, whatever else happens at the same time. */
export function byChance({ seed, share, faults, matches = () => true, mostInARow = 2 }: Chance): FaultPlan {
  return (request) => {
    if (!matches(request) || request.count > mostInARow) return undefined;
    const { method, path, query, count } = request;
    const roll = hash(`${seed} ${method} ${path}?${query.toString()} ${count}`);
    if (roll / 2 ** 32 >= share) return undefined;
    return faults[roll % faults.length];
  };
}

export const isWatch = (request: ProxiedRequest): boolean => request.isWatch;
export const isWrite = (request: ProxiedRequest): boolean => request.method !== 'GET';

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
