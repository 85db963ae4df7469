import { once } from 'node:events';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { createAuthority } from '../control-plane/certificates.js';

/** A webhook server on loopback. */
export interface AdmissionServer {
  readonly url: string;
  /** What API servers trust it by, in base64. */
  readonly caBundle: string;
  close(): void;
}

export const refusal = 'images must come from registry.example, says the security team';

/** What a webhook is asked about. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly object: unknown;
}

/** Decides on a request: the `response` of an AdmissionReview (admission.k8s.io/v1) but for its uid. */
export type Admission = (request: AdmissionRequest) => object;

/** By default it refuses whatever it is asked about. */
export async function startAdmissionServer(decide: Admission = refuse): Promise<AdmissionServer> {
  const authority = await createAuthority('admission-ca');
  const { key, certificate } = await authority.issue({
    subject: 'CN=admission',
    usage: 'serverAuth',
    names: [{ type: 'ip', value: '127.0.0.1' }],
  });
  const server = createServer({ key, cert: certificate }, (request, response) => {
    void text(request).then((body) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(review(body, decide)));
    });
  });
  // An API server that asks just when an idle connection is closed gets a reset, and asks no more.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Bug: a TCP server without a port');
  return {
    url: `https://127.0.0.1:${address.port}/`,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function review(body: string, decide: Admission): object {
  const { request } = JSON.parse(body) as { readonly request: AdmissionRequest };
  const response = { uid: request.uid, ...decide(request) };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

function refuse(): object {
  return { allowed: false, status: { code: 403, message: refusal } };
}
