import type { OutgoingHttpHeaders } from 'node:http';
import type { KubeUser } from './kubeconfig.js';
import { isJsonObject } from '../json.js';

/**
 * The `Authorization` header that a user's `auth-provider` (oidc, gcp, azure) gives. Only here is client-node loaded:
 * it takes 350 ms, and these providers are rare. Rejects with the provider's words.
 */
export async function askAuthProvider(
  provider: NonNullable<KubeUser['authProvider']>,
  server: string,
): Promise<string | undefined> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const { 'auth-provider': settings } = provider.settings;
  const config = isJsonObject(settings) ? settings['config'] : undefined;
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    clusters: [{ name: 'it', server, skipTLSVerify: false }],
    users: [{ name: 'it', authProvider: { name: provider.name, config } }],
    contexts: [{ name: 'it', cluster: 'it', user: 'it' }],
    currentContext: 'it',
  });
  const headers: OutgoingHttpHeaders = {};
  await kubeconfig.applyToHTTPSOptions({ headers });
  const value = headers['Authorization'];
  return typeof value === 'string' ? value : undefined;
}
