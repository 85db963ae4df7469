import type { Identity } from '../kubeconfig/credentials.js';
import { createHttpAgents } from './http-agents.js';
import type { ApiTarget, HttpAgents } from './http-agents.js';
import { exchangeHttp, failedConnection } from './http-exchange.js';
import type { ExchangeResult, HttpPort, HttpRequest } from './http-port.js';

/** Real connections to one server, over node:http and node:https, kept alive. Sends nothing until asked. */
export class NodeHttp implements HttpPort {
  readonly server: string;
  readonly #target: ApiTarget;
  #agents: { readonly key: string | undefined; readonly agents: Promise<HttpAgents> } | undefined;

  constructor(target: ApiTarget) {
    this.#target = target;
    this.server = target.server.replace(/\/+$/, '');
  }

  async exchange(request: HttpRequest): Promise<ExchangeResult> {
    try {
      return await exchangeHttp(request, await this.#agentsFor(request.certificate));
    } catch (error) {
      return { kind: 'failed', failed: failedConnection(error) };
    }
  }

  close(): void {
    void this.#agents?.agents.then(destroyAgents, () => undefined);
  }

  /** New connections only when the client certificate changes. */
  #agentsFor(certificate: Identity['certificate']): Promise<HttpAgents> {
    const known = this.#agents;
    if (known !== undefined && known.key === certificate?.key) return known.agents;
    const agents = createHttpAgents(this.#target, certificate);
    this.#agents = { key: certificate?.key, agents };
    // Requests under way keep their sockets: `destroy` is for those of the past that are idle.
    void known?.agents.then(({ requests }) => {
      closeIdle(requests);
    });
    return agents;
  }
}

function destroyAgents({ requests, streams }: HttpAgents): void {
  requests.destroy();
  streams.destroy();
}

function closeIdle(agent: HttpAgents['requests']): void {
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}
