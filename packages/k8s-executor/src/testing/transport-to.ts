import { systemClock } from '@flotilla/core';
import { fixedCredentials, type Identity } from '../cluster/kubeconfig/credentials.js';
import { HttpTransport } from '../cluster/transport/http-transport.js';
import { NodeHttp } from '../cluster/transport/node-http.js';
import type { Transport } from '../cluster/transport/transport.js';

/** The executor's own transport to an API server whose address and credential are known; PEM texts. */
export function transportTo(server: string, ca?: string, certificate?: Identity['certificate']): Transport {
  return new HttpTransport({
    http: new NodeHttp({ server, ...(ca !== undefined && { ca }) }),
    credentials: fixedCredentials({ headers: {}, ...(certificate !== undefined && { certificate }) }),
    clock: systemClock,
    random: Math.random,
  });
}
