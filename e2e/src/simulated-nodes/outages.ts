import type { KubeClient } from '../kube-client/kube-client.js';

/** Nodes that do not answer: what their kubelets would say waits until they are back. */
export class Outages {
  readonly #away = new Map<string, { readonly back: Promise<void>; readonly end: () => void }>();

  isAway(node: string): boolean {
    return this.#away.has(node);
  }

  begin(node: string): void {
    if (this.isAway(node)) return;
    let end: () => void = () => undefined;
    const back = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#away.set(node, { back, end });
  }

  end(node: string): void {
    this.#away.get(node)?.end();
    this.#away.delete(node);
  }

  /** The client of a node: its requests wait while the node is away. */
  clientOf(node: string | undefined, client: KubeClient): KubeClient {
    if (node === undefined) return client;
    return {
      ...client,
      request: async (request) => {
        await this.#away.get(node)?.back;
        return client.request(request);
      },
    };
  }
}
