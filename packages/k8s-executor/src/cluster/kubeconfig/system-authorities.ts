import { resolve } from 'node:path';
import type { Environment } from '../environment.js';

/** Where the distributions keep their bundle, in the order in which Go (and so kubectl) looks. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that the machine trusts (PEM), for clusters that name none: SSL_CERT_FILE or the first bundle of
 * the system, and what NODE_EXTRA_CA_CERTS adds. Undefined where there is none of these: then Node's own count.
 * Rejects when a file is there but cannot be read.
 */
export async function systemAuthorities(environment: Environment): Promise<string | undefined> {
  const { variables } = environment;
  const named = [variables['SSL_CERT_FILE'], variables['NODE_EXTRA_CA_CERTS']].map((path) =>
    path === undefined || path === '' ? undefined : resolve(environment.workingFolder, path),
  );
  const [chosen, extra] = named;
  const bundle = await readFirst(chosen === undefined ? BUNDLES : [chosen], environment);
  const added = extra === undefined ? undefined : await environment.readFile(extra);
  return bundle === undefined ? undefined : [bundle, added ?? ''].join('\n');
}

async function readFirst(paths: readonly string[], environment: Environment): Promise<string | undefined> {
  for (const path of paths) {
    const text = await environment.readFile(path);
    if (text !== undefined) return text;
  }
  return undefined;
}
