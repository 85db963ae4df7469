import { systemClock } from '@flotilla/core';
import type { Clock } from '@flotilla/core';
import { ApiCluster } from './api-cluster.js';
import type { Cluster } from './cluster.js';
import { fixedCredentials } from './kubeconfig/credentials.js';
import { HttpTransport } from './transport/http-transport.js';
import { NodeHttp } from './transport/node-http.js';

export interface ConnectToOptions {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly server: string;
  readonly context: string;
  readonly defaultNamespace: string;
  /** PEM. */
  readonly ca?: string;
  readonly token?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number;
}

/** A cluster whose address is known, without a kubeconfig: the embedded one, and those of tests. Sends nothing yet. */
export function connectTo(options: ConnectToOptions): Cluster {
  const { server, context, defaultNamespace, ca, token, clock = systemClock, random = Math.random } = options;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new HttpTransport({
    http: new NodeHttp({ server, ...(ca !== undefined && { ca }) }),
    credentials: fixedCredentials({ headers }),
    clock,
    random,
  });
  return new ApiCluster({ transport, context, defaultNamespace, clock, random });
}
