import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KeyAndCertificate } from '../control-plane/certificates.js';
import type { ControlPlane } from '../control-plane/control-plane.js';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly 'certificate-authority-data': string } }];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
  ];
}

/** Who may do all on a control plane, and who vouches for its server; PEM. */
export async function adminIdentity({
  kubeconfig,
}: ControlPlane): Promise<{ readonly authority: string; readonly identity: KeyAndCertificate }> {
  const { clusters, users } = parse(await readFile(kubeconfig.admin, 'utf8')) as Kubeconfig;
  const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');
  return {
    authority: decode(clusters[0].cluster['certificate-authority-data']),
    identity: {
      certificate: decode(users[0].user['client-certificate-data']),
      key: decode(users[0].user['client-key-data']),
    },
  };
}
