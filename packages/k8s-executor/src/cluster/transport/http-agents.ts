import http from 'node:http';
import https from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { Identity } from '../kubeconfig/credentials.js';
import { mostInFlight } from './write-gate.js';

/** Where an API server is and how it is trusted. */
export interface ApiTarget {
  /** With scheme, and with a path when the server lives below one (`https://rancher/k8s/clusters/c-1`). */
  readonly server: string;
  /** PEM. Without it those count that Node brings. */
  readonly ca?: string;
  /** The name to expect in the certificate when it is not the host's. */
  readonly serverName?: string;
  readonly insecure?: boolean;
  /** URL of an HTTP(S) or SOCKS5 proxy. */
  readonly proxy?: string;
}

/** Connections towards one server with one certificate. */
export interface HttpAgents {
  /** Kept alive and reused; few. */
  readonly requests: http.Agent;
  /** One connection each, so that long answers never keep requests waiting. */
  readonly streams: http.Agent;
  /** Read from the URL once, not for every request; `path` is what all paths begin with. */
  readonly address: http.RequestOptions & { readonly path: string };
  /** To be given with each request, too: agents for proxies take it only from there. */
  readonly tls: https.RequestOptions;
}

/** Makes the agents; proxies' agents are loaded only when there is a proxy. */
export async function createHttpAgents(
  target: ApiTarget,
  certificate: Identity['certificate'],
): Promise<HttpAgents> {
  const tls = {
    ...(target.serverName !== undefined && { servername: target.serverName }),
    ...(target.insecure === true && { rejectUnauthorized: false }),
    ...(target.server.startsWith('https:') && { secureContext: secureContextOf(target, certificate) }),
  };
  const create = await agentFactory(target);
  return {
    requests: create({ ...tls, keepAlive: true, maxSockets: mostInFlight, scheduling: 'lifo' }),
    streams: create({ ...tls, keepAlive: false }),
    address: addressOf(target.server),
    tls,
  };
}

function addressOf(server: string): HttpAgents['address'] {
  const url = new URL(server);
  return { ...urlToHttpOptions(url), path: url.pathname.replace(/\/+$/, '') };
}

/** Made once: certificates in the options would be read for each connection, and compared for each request. */
function secureContextOf(target: ApiTarget, certificate: Identity['certificate']): SecureContext {
  return createSecureContext({
    ...(target.ca !== undefined && { ca: target.ca }),
    ...(certificate !== undefined && { cert: certificate.cert, key: certificate.key }),
  });
}

type AgentFactory = (options: https.AgentOptions) => http.Agent;

async function agentFactory({ server, proxy }: ApiTarget): Promise<AgentFactory> {
  const secure = server.startsWith('https:');
  if (proxy === undefined) return (options) => (secure ? new https.Agent(options) : new http.Agent(options));
  const { HttpsProxyAgent, SocksProxyAgent } = await import('./proxy-agents.js');
  // To Go `socks5` means that the proxy looks the name up; to Node's agent that is `socks5h`.
  const socks = proxy.replace(/^socks5:/, 'socks5h:');
  return proxy.startsWith('socks')
    ? (options) => new SocksProxyAgent(socks, options)
    : (options) => new HttpsProxyAgent(proxy, options);
}
