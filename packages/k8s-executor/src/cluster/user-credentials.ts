import type { Clock } from '@flotilla/core';
import { askAuthProvider } from './auth-provider.js';
import type { Credentials, Identity, IdentityResult } from './credentials.js';
import type { Environment } from './environment.js';
import { askPlugin } from './exec-plugin.js';
import type { PluginCredential, RunPlugin } from './exec-plugin.js';
import type { Impersonation, KubeContext, TextSource } from './kubeconfig.js';

export interface UserCredentialsOptions {
  readonly context: KubeContext;
  readonly environment: Environment;
  readonly runPlugin: RunPlugin;
  readonly clock: Clock;
  /** Milliseconds since 1970: plugins say when their credentials expire. */
  readonly wallNowMs: () => number;
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
      const plugin = await this.#askPlugin();
      if (!plugin.ok) return plugin;
      const { credential } = plugin;
      const headers = {
        ...impersonationHeaders(user.impersonation),
        // As kubectl: over plain http nothing secret is sent.
        ...(isSecure(context) && (await this.#authorization(credential))),
      };
      const certificate = credential.certificate ?? (await this.#certificate());
      const identity: Identity = { headers, ...(certificate !== undefined && { certificate }) };
      const rereads = user.token?.from === 'file' || user.authProvider !== undefined;
      this.#loaded = {
        identity,
        staleAtMs: rereads ? clock.now() + REREAD_MS : undefined,
        expiresAtMs: credential.expiresAtMs,
      };
      return { ok: true, identity };
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown reason';
      return { ok: false, message: `the credentials of context ${context.name} cannot be had: ${why}` };
    }
  }

  async #askPlugin(): Promise<
    | { readonly ok: true; readonly credential: PluginCredential }
    | { readonly ok: false; readonly message: string }
  > {
    const { context, environment, runPlugin } = this.#options;
    const { exec } = context.user;
    if (exec === undefined) return { ok: true, credential: {} };
    return askPlugin(exec, context, { variables: environment.variables, run: runPlugin });
  }

  async #authorization(plugin: PluginCredential): Promise<Identity['headers']> {
    const { context, environment } = this.#options;
    const { token, basic, authProvider } = context.user;
    if (token !== undefined) return bearer((await readSource(token, environment)).trim());
    if (basic !== undefined) {
      const pair = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    if (plugin.token !== undefined) return bearer(plugin.token);
    if (authProvider === undefined) return {};
    const authorization = await askAuthProvider(authProvider, context.server);
    return authorization === undefined ? {} : { authorization };
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

/** The text itself or the file's. Rejects with a message that names the file. */
export async function readSource(source: TextSource, environment: Environment): Promise<string> {
  if (source.from === 'text') return source.text;
  const text = await environment.readFile(source.path);
  if (text === undefined) throw new Error(`there is no file ${source.path}`);
  return text;
}

function bearer(token: string): Identity['headers'] {
  return { authorization: `Bearer ${token}` };
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
