import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endWithUs, killGroup } from '../end-with-us.js';
import { isJsonObject } from '../json.js';
import type { Json, JsonObject } from '../json.js';
import type { ExecPlugin, KubeContext } from './kubeconfig.js';
import { textOf } from './kubeconfig-document.js';

/** What a plugin gave. `expiresAtMs` on the wall clock. */
export interface PluginCredential {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly expiresAtMs?: number;
}

export type PluginResult =
  | { readonly ok: true; readonly credential: PluginCredential }
  | { readonly ok: false; readonly message: string };

/** A plugin as it is to be run, without a shell. */
export interface PluginCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** It talks with the person at the terminal: their keys and its stderr go through. */
  readonly interactive: boolean;
}

export type RunPlugin = (call: PluginCall) => Promise<{
  readonly error?: { readonly isMissing: boolean; readonly message: string };
  readonly stdout: string;
}>;

/** What a plugin is run in. */
export interface PluginEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly hasTerminal: boolean;
  readonly run: RunPlugin;
}

/** What a plugin may be told of the cluster; `authority` is the PEM that vouches for the server. */
export interface PluginCluster {
  readonly context: KubeContext;
  readonly authority: string | undefined;
}

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const TIMEOUT_MS = 120_000;

/** Asks the plugin of a context for credentials, as client-go does. Never rejects; the message holds no output of the plugin's stdout. */
export async function askPlugin(
  plugin: ExecPlugin,
  cluster: PluginCluster,
  { variables, hasTerminal, run }: PluginEnvironment,
): Promise<PluginResult> {
  if (!API_VERSIONS.includes(plugin.apiVersion)) {
    return failed(plugin, `speaks "${plugin.apiVersion}"; known are ${API_VERSIONS.join(' and ')}`);
  }
  if (plugin.interactiveMode === 'Always' && !hasTerminal)
    return failed(plugin, 'needs a terminal (interactiveMode: Always), and has none here');
  const interactive = plugin.interactiveMode !== 'Never' && hasTerminal;
  const info = { KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, cluster, interactive)) };
  const { error, stdout } = await run({
    command: plugin.command,
    args: plugin.args,
    variables: { ...variables, ...plugin.env, ...info },
    interactive,
  });
  if (error?.isMissing === true) {
    const hint = plugin.installHint === undefined ? '' : `: ${plugin.installHint.trim()}`;
    return failed(plugin, `is not installed${hint}`);
  }
  if (error !== undefined) return failed(plugin, `failed: ${error.message}`);
  return readCredential(stdout, plugin);
}

/** Runs it as a child process. What it writes to stderr is for people, and tells why it failed. */
export const runPluginProcess: RunPlugin = ({ command, args, variables, interactive }) =>
  new Promise((resolve) => {
    const stdio = interactive
      ? (['inherit', 'pipe', 'inherit'] as const)
      : (['ignore', 'pipe', 'pipe'] as const);
    // Only in our group can it ask at the terminal, which ends the group with Ctrl-C.
    const child = spawn(command, [...args], { env: variables, stdio: [...stdio], detached: !interactive });
    endWithUs(child);
    // A person may take their time.
    const timeout = interactive ? undefined : AbortSignal.timeout(TIMEOUT_MS);
    const kill = () => {
      killGroup(child);
    };
    timeout?.addEventListener('abort', kill, { once: true });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => collect(stream));
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ error: { isMissing: error.code === 'ENOENT', message: error.message }, stdout: '' });
    });
    child.once('close', (code, signal) => {
      timeout?.removeEventListener('abort', kill);
      if (code === 0) {
        resolve({ stdout: stdout?.() ?? '' });
        return;
      }
      const said = (stderr?.() ?? '').trim().split('\n').slice(-3).join(' ').slice(0, 500);
      const end = timeout?.aborted === true ? 'it took too long' : `it ended with ${String(code ?? signal)}`;
      resolve({ error: { isMissing: false, message: said === '' ? end : `${end}: ${said}` }, stdout: '' });
    });
  });

function collect(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function failed(plugin: ExecPlugin, what: string): PluginResult {
  return { ok: false, message: `the credential plugin ${plugin.command} ${what}` };
}

function execInfo(
  plugin: ExecPlugin,
  { context: { cluster, server }, authority }: PluginCluster,
  interactive: boolean,
): JsonObject {
  const info: JsonObject = {
    server,
    ...pick(cluster, ['tls-server-name', 'insecure-skip-tls-verify', 'proxy-url']),
    ...(authority !== undefined && {
      'certificate-authority-data': Buffer.from(authority).toString('base64'),
    }),
    config: configOf(cluster) ?? null,
  };
  return {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { interactive, ...(plugin.providesClusterInfo && { cluster: info }) },
  };
}

/** The cluster's own words to its plugin. */
function configOf(cluster: JsonObject): Json | undefined {
  const extensions = Array.isArray(cluster['extensions']) ? (cluster['extensions'] as readonly Json[]) : [];
  return extensions.filter(isJsonObject).find(({ name }) => name === 'client.authentication.k8s.io/exec')?.[
    'extension'
  ];
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));
}

function readCredential(stdout: string, plugin: ExecPlugin): PluginResult {
  const document = parseJson(stdout);
  if (!isJsonObject(document) || document['apiVersion'] !== plugin.apiVersion)
    return failed(plugin, `did not print an ExecCredential of ${plugin.apiVersion}`);
  const status = isJsonObject(document['status']) ? document['status'] : {};
  const token = textOf(status['token']);
  const cert = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if ((cert === undefined) !== (key === undefined))
    return failed(plugin, 'printed a certificate without a key, or a key without a certificate');
  if (token === undefined && cert === undefined)
    return failed(plugin, 'printed neither a token nor a certificate');
  const expiresAtMs = Date.parse(textOf(status['expirationTimestamp']) ?? '');
  return {
    ok: true,
    credential: {
      ...(token !== undefined && { token }),
      ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
      ...(!Number.isNaN(expiresAtMs) && { expiresAtMs }),
    },
  };
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
