import { execFile } from 'node:child_process';
import { isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';
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

/** Runs a program without a shell. */
export type RunPlugin = (
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
) => Promise<{
  readonly error?: { readonly isMissing: boolean; readonly message: string };
  readonly stdout: string;
}>;

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const TIMEOUT_MS = 120_000;

/** Asks the plugin of a context for credentials, as client-go does. Never rejects; the message holds no output of the plugin's stdout. */
export async function askPlugin(
  plugin: ExecPlugin,
  context: KubeContext,
  environment: { readonly variables: Readonly<Record<string, string | undefined>>; readonly run: RunPlugin },
): Promise<PluginResult> {
  if (!API_VERSIONS.includes(plugin.apiVersion)) {
    return failed(plugin, `speaks "${plugin.apiVersion}"; known are ${API_VERSIONS.join(' and ')}`);
  }
  if (plugin.needsTerminal)
    return failed(plugin, 'needs a terminal (interactiveMode: Always), and has none here');
  const variables = {
    ...environment.variables,
    ...plugin.env,
    KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, context)),
  };
  const { error, stdout } = await environment.run(plugin.command, plugin.args, variables);
  if (error?.isMissing === true) {
    const hint = plugin.installHint === undefined ? '' : `: ${plugin.installHint.trim()}`;
    return failed(plugin, `is not installed${hint}`);
  }
  if (error !== undefined) return failed(plugin, `failed: ${error.message}`);
  const credential = readCredential(stdout, plugin.apiVersion);
  return credential === undefined
    ? failed(plugin, 'did not print an ExecCredential with a token or a certificate')
    : { ok: true, credential };
}

/** Runs it as a child process. What it writes to stderr is for people, and tells why it failed. */
export const runPluginProcess: RunPlugin = (command, args, variables) =>
  new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { env: variables, timeout: TIMEOUT_MS, maxBuffer: 2 ** 22 },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ stdout });
          return;
        }
        const isMissing = error.code === 'ENOENT';
        const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500);
        const end =
          error.killed === true ? 'it took too long' : `it ended with ${String(error.code ?? error.signal)}`;
        resolve({ error: { isMissing, message: said === '' ? end : `${end}: ${said}` }, stdout: '' });
      },
    ).stdin?.end();
  });

function failed(plugin: ExecPlugin, what: string): PluginResult {
  return { ok: false, message: `the credential plugin ${plugin.command} ${what}` };
}

function execInfo(plugin: ExecPlugin, context: KubeContext): JsonObject {
  const { cluster, server, ca } = context;
  const info: JsonObject = {
    server,
    ...pick(cluster, ['tls-server-name', 'insecure-skip-tls-verify', 'proxy-url']),
    ...(ca?.from === 'text' && { 'certificate-authority-data': Buffer.from(ca.text).toString('base64') }),
    ...(configOf(cluster) !== undefined && { config: configOf(cluster) }),
  };
  return {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { interactive: false, ...(plugin.providesClusterInfo && { cluster: info }) },
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

function readCredential(stdout: string, apiVersion: string): PluginCredential | undefined {
  const document = parseJson(stdout);
  if (!isJsonObject(document) || document['apiVersion'] !== apiVersion) return undefined;
  const status = isJsonObject(document['status']) ? document['status'] : {};
  const token = textOf(status['token']);
  const cert = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === undefined && (cert === undefined || key === undefined)) return undefined;
  const expiresAtMs = Date.parse(textOf(status['expirationTimestamp']) ?? '');
  return {
    ...(token !== undefined && { token }),
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
    ...(!Number.isNaN(expiresAtMs) && { expiresAtMs }),
  };
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
