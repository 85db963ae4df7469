import type { RecordingServers } from './recording-servers.js';

/** Files that both clients are given, and how they are called. */
export interface KubeconfigCase {
  readonly what: string;
  /** By path in a new folder, which is home and working folder at once. Objects are written as JSON. */
  readonly files: Readonly<Record<string, string | object>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags that both know. */
  readonly flags?: readonly string[];
  /** The server answers 401 to this authorization. */
  readonly refused?: string;
  /** Whether kubectl asks the server at all: a table whose rows all fail would prove nothing. */
  readonly kubectl: 'asks' | 'refuses';
  /** Why Flotilla does the other on purpose. */
  readonly differs?: string;
}

export interface KubeconfigParts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** A kubeconfig with one context, `dev`: server `one`, which is trusted, and a user without credentials. */
export function kubeconfig(servers: RecordingServers, parts: KubeconfigParts = {}): object {
  const cluster = parts.cluster ?? trusted(servers, 'one');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: parts.user ?? {} }],
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u', ...parts.context } }],
  };
}

/** A cluster that knows the authority of its server. */
export function trusted(servers: RecordingServers, name: 'one' | 'two'): Record<string, unknown> {
  return { server: servers.urls[name], 'certificate-authority-data': base64(servers.authority) };
}

/** Why a user without credentials is not refused. */
export const nobodyIsAsked =
  'kubectl asks for a name and a password, and fails where nobody types them; Flotilla goes without, and tells what the server says';

/** The server under a name that only the proxy knows. */
export function behindProxy({ urls }: RecordingServers): string {
  return urls.one.replace('127.0.0.1', 'api.test');
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
