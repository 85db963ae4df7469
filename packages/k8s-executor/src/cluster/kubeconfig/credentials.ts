/** What proves to the server who we are: headers, or a client certificate (PEM) shown in the TLS handshake. */
export interface Identity {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** `message` says why there is no identity, in words for the user; never what is secret in it. */
export type IdentityResult =
  { readonly ok: true; readonly identity: Identity } | { readonly ok: false; readonly message: string };

/** Where a transport gets its identity from. */
export interface Credentials {
  /** What to send now; cheap when nothing has changed. Never rejects. */
  current(): Promise<IdentityResult>;
  /** The server answered 401 to `refused`. True when it is worth asking `current()` again. Never rejects. */
  renew(refused: Identity): Promise<boolean>;
}

/** An identity that never changes. */
export function fixedCredentials(identity: Identity): Credentials {
  return {
    current: () => Promise.resolve({ ok: true, identity }),
    renew: () => Promise.resolve(false),
  };
}
