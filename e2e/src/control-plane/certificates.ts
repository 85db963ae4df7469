import 'reflect-metadata';
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A key and the certificate for it, as PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

export interface Authority extends KeyAndCertificate {
  issue(request: CertificateRequest): Promise<KeyAndCertificate>;
}

interface CertificateRequest {
  /** As RFC 4514 writes it: `CN=admin, O=system:masters`. */
  readonly subject: string;
  readonly usage: 'serverAuth' | 'clientAuth';
  /** Names and addresses a server answers under. */
  readonly names?: readonly x509.JsonGeneralName[];
  /** Its time was over an hour ago. */
  readonly expired?: boolean;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const usages = { serverAuth: x509.ExtendedKeyUsage.serverAuth, clientAuth: x509.ExtendedKeyUsage.clientAuth };

/** A certificate authority that lives for this test run and signs with P-256. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: curve,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { ...(await toPem(keys, certificate)), issue: (request) => issue(request, { keys, certificate }) };
}

async function issue(
  request: CertificateRequest,
  authority: { readonly keys: webcrypto.CryptoKeyPair; readonly certificate: x509.X509Certificate },
): Promise<KeyAndCertificate> {
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    ...(request.expired === true && { notAfter: new Date(Date.now() - hourMs) }),
    subject: request.subject,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: curve,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usages[request.usage]]),
      ...(request.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension([...request.names])]),
    ],
  });
  return toPem(keys, certificate);
}

/** An RSA key pair for signing service account tokens, as PEM. */
export function createTokenKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

async function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
}

function validity(): { readonly serialNumber: string; readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  // A day back, so that clocks that differ a little do not matter.
  return {
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + 365 * dayMs),
  };
}

async function toPem(
  keys: webcrypto.CryptoKeyPair,
  certificate: x509.X509Certificate,
): Promise<KeyAndCertificate> {
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(key, 'PRIVATE KEY'), certificate: certificate.toString('pem') };
}
