import type { Identity } from '../kubeconfig/credentials.js';
import type { FailedTry } from './retry-policy.js';

/** One HTTP request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Below the server's own, with the query, everything encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** `shared`: on one of a few connections that are kept alive; `own`: on a connection for this exchange alone. */
  readonly connection: 'shared' | 'own';
  /** Shown in the TLS handshake. */
  readonly certificate?: Identity['certificate'];
  /** Breaks the exchange, also later while the body comes. */
  readonly signal: AbortSignal;
}

/** An answer whose head is there and whose body may still be coming. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** To be read once, piece by piece or as `text`. Throws when the connection breaks before the end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body, in UTF-8. Rejects when the connection breaks before the end. */
  readonly text: () => Promise<string>;
  /** Resolves when nothing more comes, whatever the reason. */
  readonly closed: Promise<void>;
}

export type ExchangeResult =
  | { readonly kind: 'answered'; readonly response: HttpResponse }
  | { readonly kind: 'failed'; readonly failed: FailedTry };

/**
 * The network as the transport knows it: one request, one answer, nothing tried again. Real connections stand behind it
 * (`NodeHttp`), or in a simulation a wire in virtual time.
 */
export interface HttpPort {
  /** Where it leads, without a slash at the end. */
  readonly server: string;
  /** Sends a request and waits for the head of its answer. Never rejects. */
  exchange(request: HttpRequest): Promise<ExchangeResult>;
  /** Breaks every connection. */
  close(): void;
}
