import { isAbsolute, resolve } from 'node:path';
import { isJsonObject } from '../json.js';
import type { Json, JsonObject } from '../json.js';
import { textOf } from './kubeconfig-document.js';
import { clusterMistake, findWrongType, userMistake } from './kubeconfig-mistakes.js';
import type { KubeconfigEntry, MergedKubeconfig } from './kubeconfig-document.js';

/** Something that stands in the kubeconfig itself (decoded) or in a file. */
export type TextSource =
  { readonly from: 'text'; readonly text: string } | { readonly from: 'file'; readonly path: string };

const INTERACTIVE_MODES = ['Never', 'IfAvailable', 'Always'] as const;

/** Whether a plugin may talk with a person: never, when there is a terminal, or not without one. */
export type InteractiveMode = (typeof INTERACTIVE_MODES)[number];

/** A program that prints credentials (client-go's exec plugin). */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly providesClusterInfo: boolean;
  readonly interactiveMode: InteractiveMode;
  readonly installHint?: string;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** How a user of the kubeconfig proves who they are. */
export interface KubeUser {
  readonly certificate?: { readonly cert: TextSource; readonly key: TextSource };
  readonly token?: TextSource;
  /** Counts when the file of `token` cannot be read. */
  readonly spareToken?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly impersonation?: Impersonation;
  readonly exec?: ExecPlugin;
  /** `auth-provider`, e.g. `oidc`. */
  readonly authProvider?: { readonly name: string; readonly settings: JsonObject };
}

/** A context with everything it refers to. */
export interface KubeContext {
  readonly name: string;
  readonly namespace: string;
  readonly server: string;
  readonly ca?: TextSource;
  readonly serverName?: string;
  readonly insecure: boolean;
  readonly proxy?: string;
  readonly user: KubeUser;
  /** The cluster's settings as written, for plugins that ask for them. */
  readonly cluster: JsonObject;
}

/** Why a context cannot be used: kubectl would refuse it, too. */
interface KubeconfigRefusal {
  readonly ok: false;
  readonly message: string;
}

export type KubeContextResult = { readonly ok: true; readonly context: KubeContext } | KubeconfigRefusal;

/** Resolves a context by name. Pure: files are named, not read. */
export function resolveContext(merged: MergedKubeconfig, name: string): KubeContextResult {
  const context = merged.contexts.get(name);
  if (context === undefined) return refuse(`there is no context ${name}`);
  const clusterName = textOf(context.settings['cluster']) ?? '';
  const cluster = merged.clusters.get(clusterName);
  if (cluster === undefined)
    return refuse(`context ${name} names the cluster "${clusterName}", which is not defined`);
  const userName = textOf(context.settings['user']);
  const user = userName === undefined ? NOBODY : merged.users.get(userName);
  if (user === undefined)
    return refuse(`context ${name} names the user "${userName ?? ''}", which is not defined`);

  const wrong =
    findWrongType(cluster.settings, user.settings) ??
    clusterMistake(cluster.settings) ??
    userMistake(user.settings);
  if (wrong !== undefined) return refuse(`context ${name}: ${wrong}`);
  const { settings } = cluster;
  const ca = sourceOf(cluster, 'certificate-authority');
  const serverName = textOf(settings['tls-server-name']);
  const proxy = textOf(settings['proxy-url']);
  return {
    ok: true,
    context: {
      name,
      namespace: textOf(context.settings['namespace']) ?? 'default',
      server: withScheme(textOf(settings['server']) ?? ''),
      insecure: settings['insecure-skip-tls-verify'] === true,
      user: readUser(user),
      cluster: settings,
      ...(ca !== undefined && { ca }),
      ...(serverName !== undefined && { serverName }),
      ...(proxy !== undefined && { proxy }),
    },
  };
}

const NOBODY: KubeconfigEntry = { settings: {}, folder: '/' };

function refuse(message: string): KubeconfigRefusal {
  return { ok: false, message };
}

function readUser(entry: KubeconfigEntry): KubeUser {
  const { settings, folder } = entry;
  const cert = sourceOf(entry, 'client-certificate');
  const key = sourceOf(entry, 'client-key');
  const token = readToken(entry);
  const spareToken = textOf(settings['token']);
  const username = textOf(settings['username']);
  const { exec } = settings;
  const provider = settings['auth-provider'];
  const impersonation = readImpersonation(settings);
  return {
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
    ...(token !== undefined && { token }),
    ...(token?.from === 'file' && spareToken !== undefined && { spareToken }),
    ...(username !== undefined && { basic: { username, password: textOf(settings['password']) ?? '' } }),
    ...(impersonation !== undefined && { impersonation }),
    ...(isJsonObject(exec) && { exec: readExecPlugin(exec, folder) }),
    ...(isJsonObject(provider) && {
      authProvider: { name: textOf(provider['name']) ?? '', settings },
    }),
  };
}

/** The file beats the text, in which rotating tokens go stale. */
function readToken({ settings, folder }: KubeconfigEntry): TextSource | undefined {
  const file = textOf(settings['tokenFile']);
  if (file !== undefined) return { from: 'file', path: resolve(folder, file) };
  const text = textOf(settings['token']);
  return text === undefined ? undefined : { from: 'text', text };
}

function readImpersonation(settings: JsonObject): Impersonation | undefined {
  const user = textOf(settings['as']);
  if (user === undefined) return undefined;
  const uid = textOf(settings['as-uid']);
  const extra = isJsonObject(settings['as-user-extra']) ? settings['as-user-extra'] : {};
  return {
    user,
    groups: textsOf(settings['as-groups']),
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, textsOf(values)])),
    ...(uid !== undefined && { uid }),
  };
}

function readExecPlugin(exec: JsonObject, folder: string): ExecPlugin {
  const command = textOf(exec['command']) ?? '';
  const installHint = textOf(exec['installHint']);
  const env = Array.isArray(exec['env']) ? (exec['env'] as readonly Json[]).filter(isJsonObject) : [];
  return {
    apiVersion: textOf(exec['apiVersion']) ?? '',
    // A bare name is looked for in PATH; a path is meant from the kubeconfig's folder.
    command: command.includes('/') && !isAbsolute(command) ? resolve(folder, command) : command,
    args: textsOf(exec['args']),
    env: Object.fromEntries(env.map(({ name, value }) => [textOf(name) ?? '', textOf(value) ?? ''])),
    providesClusterInfo: exec['provideClusterInfo'] === true,
    // Only the newest version of the protocol asks the author to say it; the others take it for granted.
    interactiveMode: INTERACTIVE_MODES.find((mode) => mode === exec['interactiveMode']) ?? 'IfAvailable',
    ...(installHint !== undefined && { installHint }),
  };
}

/** `<key>-data` holds base64, `<key>` the path of a file. */
function sourceOf({ settings, folder }: KubeconfigEntry, key: string): TextSource | undefined {
  const data = textOf(settings[`${key}-data`]);
  if (data !== undefined) return { from: 'text', text: Buffer.from(data, 'base64').toString('utf8') };
  const file = textOf(settings[key]);
  return file === undefined ? undefined : { from: 'file', path: resolve(folder, file) };
}

/** kubectl takes `host:port` for plain http, whatever else the cluster says of TLS. */
function withScheme(server: string): string {
  return /^[a-z]+:\/\//i.test(server) ? server : `http://${server}`;
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value)
    ? (value as readonly Json[]).filter((item): item is string => typeof item === 'string')
    : [];
}
