import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError, type KubeClient } from '../kube-client/kube-client.js';

const betweenTriesMs = 250;

/** The same client, but a request that gets no answer is sent again until it does or `signal` aborts: as kubelets do while the API server restarts. */
export function patientClient(client: KubeClient, signal: AbortSignal): KubeClient {
  return {
    ...client,
    request: async (request) => {
      for (;;) {
        try {
          return await client.request(request);
        } catch (error) {
          if (error instanceof KubeError || signal.aborted) throw error;
          await sleep(betweenTriesMs, undefined, { signal });
        }
      }
    },
  };
}
