import type { Environment } from '../environment.js';
import type { KubeContext } from './kubeconfig.js';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account of the pod we run in; undefined outside a pod. */
export async function inClusterContext(environment: Environment): Promise<KubeContext | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment.variables;
  if (host === undefined || host === '' || port === undefined || port === '') return undefined;
  if ((await environment.readFile(`${FOLDER}/token`)) === undefined) return undefined;
  // As kubectl: the downward API's variable first, then what the pod was given.
  const namespace =
    environment.variables['POD_NAMESPACE'] ?? (await environment.readFile(`${FOLDER}/namespace`))?.trim();
  return {
    name: 'in-cluster',
    namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: { from: 'file', path: `${FOLDER}/ca.crt` },
    insecure: false,
    user: { token: { from: 'file', path: `${FOLDER}/token` } },
    cluster: {},
  };
}
