import { writeFile } from 'node:fs/promises';
import type { KeyAndCertificate } from './certificates.js';

type Credentials = KeyAndCertificate | { readonly token: string };

export interface KubeconfigContent {
  readonly server: string;
  /** The certificate of the server's authority, as PEM. */
  readonly authority: string;
  readonly user: string;
  readonly credentials: Credentials;
}

/** The name of cluster and context in every kubeconfig of a test control plane. */
const contextName = 'flotilla-test';

/** Writes a kubeconfig with one context. It is JSON, which every reader of YAML reads. */
export async function writeKubeconfig(path: string, content: KubeconfigContent): Promise<string> {
  const cluster = { server: content.server, 'certificate-authority-data': base64(content.authority) };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contextName,
    clusters: [{ name: contextName, cluster }],
    users: [{ name: content.user, user: userOf(content.credentials) }],
    contexts: [{ name: contextName, context: { cluster: contextName, user: content.user } }],
  };
  await writeFile(path, JSON.stringify(kubeconfig, undefined, 2), { mode: 0o600 });
  return path;
}

function userOf(credentials: Credentials): Record<string, string> {
  if ('token' in credentials) return { token: credentials.token };
  return {
    'client-certificate-data': base64(credentials.certificate),
    'client-key-data': base64(credentials.key),
  };
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
