import { awaitObject } from '../kube-client/await-object.js';
import type { KubeClient } from '../kube-client/kube-client.js';

/** Creates a namespace; resolves once it has its service account, without which pods are refused. */
export async function createNamespace(client: KubeClient, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body });
  const path = `/api/v1/namespaces/${name}/serviceaccounts?fieldSelector=metadata.name%3Ddefault`;
  await awaitObject(client, path, { accept: () => true });
}
