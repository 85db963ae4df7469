import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Identity } from '../kubeconfig/credentials.js';
import type { KubeContext, TextSource } from '../kubeconfig/kubeconfig.js';

/** Why the certificate authority of a kubeconfig is none, naming its entry or file; undefined when it is one. */
export function authorityMistake(pem: string, { ca }: Pick<KubeContext, 'ca'>): string | undefined {
  if (ca === undefined || certificatesOf(pem).length > 0) return undefined;
  return holdsNone(nameOf(ca, 'certificate-authority', 'cluster'), 'certificate');
}

/**
 * Why a client certificate cannot be shown to any server: it or its key is no PEM, or they belong to different pairs.
 * Names the entry or file of the kubeconfig; else what a credential plugin has printed. Undefined when it can.
 */
export function certificateMistake(
  { cert, key }: NonNullable<Identity['certificate']>,
  { user }: Pick<KubeContext, 'user'>,
): string | undefined {
  const own = user.certificate;
  const certName =
    own === undefined ? 'what its credential plugin printed' : nameOf(own.cert, 'client-certificate', 'user');
  const keyName =
    own === undefined ? 'what its credential plugin printed' : nameOf(own.key, 'client-key', 'user');
  const [certificate] = certificatesOf(cert);
  if (certificate === undefined) return holdsNone(certName, 'certificate');
  const privateKey = privateKeyOf(key);
  if (privateKey === undefined) return holdsNone(keyName, 'private key without a password');
  if (certificate.checkPrivateKey(privateKey)) return undefined;
  return own === undefined
    ? `${certName} is a certificate and the key of another one`
    : `${keyName} is not the key of ${certName}`;
}

/** When a client certificate expired (ISO 8601); undefined when it has not, or is none. */
export function expiredAt({ cert }: NonNullable<Identity['certificate']>, nowMs: number): string | undefined {
  const [certificate] = certificatesOf(cert);
  if (certificate === undefined) return undefined;
  const until = new Date(certificate.validTo);
  return until.getTime() < nowMs ? until.toISOString() : undefined;
}

function certificatesOf(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/gu) ?? [];
  return blocks.flatMap((block) => orNothing(() => new X509Certificate(block)) ?? []);
}

function privateKeyOf(pem: string) {
  return orNothing(() => createPrivateKey(pem));
}

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function nameOf(source: TextSource, key: string, of: 'cluster' | 'user'): string {
  return source.from === 'file' ? `${source.path}, ${key} of its ${of},` : `${key}-data of its ${of}`;
}

function holdsNone(where: string, what: string): string {
  return `${where} holds no ${what} in PEM form (-----BEGIN …)`;
}
