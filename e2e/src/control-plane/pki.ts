import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, createTokenKeys, type KeyAndCertificate } from './certificates.js';

/** The users of the control plane that hold a certificate. */
const certificateUsers = {
  admin: 'CN=flotilla-admin, O=system:masters',
  nodes: 'CN=flotilla-simulated-nodes, O=system:masters',
  'controller-manager': 'CN=system:kube-controller-manager',
  scheduler: 'CN=system:kube-scheduler',
  expired: 'CN=flotilla-admin, O=system:masters',
} as const;

export type CertificateUser = keyof typeof certificateUsers;

export interface Pki {
  /** The certificate of the authority behind everything but the front proxy, as PEM. */
  readonly authority: string;
  readonly users: Readonly<Record<CertificateUser, KeyAndCertificate>>;
  /** What the simulated nodes serve logs with. */
  readonly kubelet: KeyAndCertificate;
  /** The bearer token of `bystander`, a user without any right. */
  readonly token: string;
}

const serverNames = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '10.96.0.1' },
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'kubernetes' },
  { type: 'dns', value: 'kubernetes.default' },
  { type: 'dns', value: 'kubernetes.default.svc' },
  { type: 'dns', value: 'kubernetes.default.svc.cluster.local' },
] as const;

/** Makes every key and certificate of a control plane and writes those that its programs read into `folder`. */
export async function createPki(folder: string): Promise<Pki> {
  const [ca, frontProxyCa] = await Promise.all([
    createAuthority('flotilla-test-ca'),
    createAuthority('front-proxy-ca'),
  ]);
  const clientOf = (subject: string) => ca.issue({ subject, usage: 'clientAuth' });
  const files = {
    ca,
    'front-proxy-ca': frontProxyCa,
    apiserver: await ca.issue({ subject: 'CN=kube-apiserver', usage: 'serverAuth', names: [...serverNames] }),
    'kubelet-client': await clientOf('CN=kube-apiserver-kubelet-client, O=system:masters'),
    'front-proxy-client': await frontProxyCa.issue({ subject: 'CN=front-proxy-client', usage: 'clientAuth' }),
  };
  const token = randomBytes(16).toString('hex');
  await mkdir(folder, { mode: 0o700 });
  await Promise.all(Object.entries(files).map(([name, pair]) => writePair(folder, name, pair)));
  await writeTokens(folder, token);
  return {
    authority: ca.certificate,
    users: {
      admin: await clientOf(certificateUsers.admin),
      nodes: await clientOf(certificateUsers.nodes),
      'controller-manager': await clientOf(certificateUsers['controller-manager']),
      scheduler: await clientOf(certificateUsers.scheduler),
      expired: await ca.issue({ subject: certificateUsers.expired, usage: 'clientAuth', expired: true }),
    },
    kubelet: await ca.issue({
      subject: 'CN=simulated-kubelet',
      usage: 'serverAuth',
      names: [...serverNames],
    }),
    token,
  };
}

async function writePair(folder: string, name: string, pair: KeyAndCertificate): Promise<void> {
  await writeFile(join(folder, `${name}.key`), pair.key, { mode: 0o600 });
  await writeFile(join(folder, `${name}.crt`), pair.certificate);
}

async function writeTokens(folder: string, token: string): Promise<void> {
  const serviceAccounts = createTokenKeys();
  await writeFile(join(folder, 'service-accounts.key'), serviceAccounts.privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'service-accounts.pub'), serviceAccounts.publicKey);
  await writeFile(join(folder, 'tokens.csv'), `${token},bystander,bystander,"bystanders"\n`, { mode: 0o600 });
}
