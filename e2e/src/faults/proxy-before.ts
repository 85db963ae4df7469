import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { writeKubeconfig } from '../control-plane/kubeconfig.js';
import { adminIdentity } from '../testing/admin-identity.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

/** A fault proxy, and the kubeconfig of an admin who goes through it. */
export type ProxyBefore = FaultProxy & { readonly kubeconfig: string };

/** Starts a fault proxy in front of a control plane; the kubeconfig goes with the control plane's folder. */
export async function startProxyBefore(cluster: ControlPlane): Promise<ProxyBefore> {
  const { authority, identity } = await adminIdentity(cluster);
  const proxy = await startFaultProxy({ server: cluster.server, authority, identity });
  const kubeconfig = await writeKubeconfig(join(cluster.folder, 'proxied.json'), {
    server: proxy.server,
    authority: proxy.authority,
    user: 'anybody',
    credentials: { token: 'the-proxy-knows-who-it-is' },
  });
  return Object.assign(proxy, { kubeconfig });
}
