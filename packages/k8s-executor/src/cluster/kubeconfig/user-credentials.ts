import type { Clock } from '@flotilla/core';
import { askAuthProvider } from './auth-provider.js';
import type { Credentials, Identity, IdentityResult } from './credentials.js';
import type { Environment } from '../environment.js';
import { askPlugin } from './exec-plugin.js';
import type { PluginResult, RunPlugin } from './exec-plugin.js';
import type { ExecPlugin, Impersonation, KubeContext, TextSource } from './kubeconfig.js';

export interface UserCredentialsOptions {
  readonly context: KubeContext;
  readonly environment: Environment;
  readonly runPlugin: RunPlugin;
  readonly clock: Clock;
  /** Milliseconds since 1970: plugins say when their credentials expire. */
  readonly wallNowMs: () => number;
  /** Told every credential before it is used. */
  readonly onSecret?: (value: string) => void;
}

const REREAD_MS = 60_000;

interface Loaded {
  readonly identity: Identity;
  /** On the clock; undefined: for good. */
  readonly staleAtMs: number | undefined;
  /** On the wall clock. */
  readonly expiresAtMs: number | undefined;
}

/** The credentials of a kubeconfig's user: read, asked for and renewed as client-go does, once for all who wait. */
export class UserCredentials implements Credentials {
  readonly #options: UserCredentialsOptions;
  #loaded: Loaded | undefined;
  #loading: Promise<IdentityResult> | undefined;
  #lastToken: string | undefined;

  constructor(options: UserCredentialsOptions) {
    this.#options = options;
  }

  current(): Promise<IdentityResult> {
    if (this.#loaded !== undefined && this.#isFresh(this.#loaded)) {
      return Promise.resolve({ ok: true, identity: this.#loaded.identity });
    }
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  renew(refused: Identity): Promise<boolean> {
    const { user } = this.#options.context;
    // Of many requests refused together the first renews for all.
    if (this.#loaded?.identity !== refused) return Promise.resolve(true);
    const canChange =
      user.exec !== undefined || user.token?.from === 'file' || user.authProvider !== undefined;
    if (canChange) this.#loaded = undefined;
    return Promise.resolve(canChange);
  }

  #isFresh({ staleAtMs, expiresAtMs }: Loaded): boolean {
    const { clock, wallNowMs } = this.#options;
    return (
      (staleAtMs === undefined || clock.now() < staleAtMs) &&
      (expiresAtMs === undefined || wallNowMs() < expiresAtMs)
    );
  }

  async #load(): Promise<IdentityResult> {
    const { context, clock } = this.#options;
    const { user } = context;
    try {
      // As kubectl: over plain http nothing secret is read or sent.
      const proof = isSecure(context) ? await this.#prove() : {};
      if ('message' in proof) return { ok: false, message: proof.message };
      const { authorization, certificate, expiresAtMs } = proof;
      for (const secret of [authorization?.replace(/^\w+ /, ''), certificate?.key])
        if (secret !== undefined) this.#options.onSecret?.(secret);
      const headers = {
        ...impersonationHeaders(user.impersonation),
        ...(authorization !== undefined && { authorization }),
      };
      const identity: Identity = { headers, ...(certificate !== undefined && { certificate }) };
      const rereads = user.token?.from === 'file' || user.authProvider !== undefined;
      this.#loaded = {
        identity,
        staleAtMs: rereads ? clock.now() + REREAD_MS : undefined,
        expiresAtMs,
      };
      return { ok: true, identity };
    } catch (error) {
      return {
        ok: false,
        message: `the credentials of context ${context.name} cannot be had: ${why(error)}`,
      };
    }
  }

  async #prove(): Promise<Proof | { readonly message: string }> {
    const { context, environment } = this.#options;
    const { user, server } = context;
    const certificate = await this.#certificate();
    const own = { ...(certificate !== undefined && { certificate }) };
    if (user.token !== undefined) return { ...own, authorization: `Bearer ${await this.#token(user.token)}` };
    if (user.basic !== undefined) {
      const pair = Buffer.from(`${user.basic.username}:${user.basic.password}`).toString('base64');
      return { ...own, authorization: `Basic ${pair}` };
    }
    if (user.authProvider !== undefined) {
      const authorization = await askAuthProvider(user.authProvider, server);
      return { ...own, ...(authorization !== undefined && { authorization }) };
    }
    // As kubectl: who has credentials of their own does not mean the plugin's.
    if (user.exec === undefined || certificate !== undefined) return own;
    const authority = context.ca === undefined ? undefined : await readSource(context.ca, environment);
    const asked = await this.#askPlugin(user.exec, authority);
    if (!asked.ok) return { message: asked.message };
    const { token, ...rest } = asked.credential;
    return { ...rest, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  }

  #askPlugin(plugin: ExecPlugin, authority: string | undefined): Promise<PluginResult> {
    const { context, environment, runPlugin } = this.#options;
    return askPlugin(
      plugin,
      { context, authority },
      {
        variables: environment.variables,
        hasTerminal: environment.hasTerminal === true,
        run: runPlugin,
      },
    );
  }

  /** A file that has gone leaves what it said last, else the token beside it. */
  async #token(source: TextSource): Promise<string> {
    const { context, environment } = this.#options;
    try {
      this.#lastToken = (await readSource(source, environment)).trim();
      return this.#lastToken;
    } catch (error) {
      const spare = this.#lastToken ?? context.user.spareToken;
      if (spare === undefined) throw error;
      return spare;
    }
  }

  async #certificate(): Promise<Identity['certificate']> {
    const { context, environment } = this.#options;
    const { certificate } = context.user;
    if (certificate === undefined) return undefined;
    return {
      cert: await readSource(certificate.cert, environment),
      key: await readSource(certificate.key, environment),
    };
  }
}

/** What shows the server who we are, and until when (on the wall clock). */
interface Proof {
  readonly authorization?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly expiresAtMs?: number;
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}

/** The text itself or the file's. Rejects with a message that names the file. */
export async function readSource(source: TextSource, environment: Environment): Promise<string> {
  if (source.from === 'text') return source.text;
  const text = await environment.readFile(source.path);
  if (text === undefined) throw new Error(`there is no file ${source.path}`);
  return text;
}

function isSecure({ server }: KubeContext): boolean {
  return server.startsWith('https:');
}

function impersonationHeaders(as: Impersonation | undefined): Identity['headers'] {
  if (as === undefined) return {};
  const extra = Object.entries(as.extra).map(
    ([key, values]) => [`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`, values] as const,
  );
  return {
    'impersonate-user': as.user,
    ...(as.groups.length > 0 && { 'impersonate-group': as.groups }),
    ...(as.uid !== undefined && { 'impersonate-uid': as.uid }),
    ...Object.fromEntries(extra),
  };
}
