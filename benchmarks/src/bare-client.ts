import { applyPatch, type KubeClient } from '@flotilla/e2e';
import { pathOf, type BenchObject } from './objects.js';

const inFlight = 16;

/** The least that applying can cost: the same PATCHes over keep-alive connections, 16 in flight, nothing else. */
export async function applyBare(
  client: KubeClient,
  objects: readonly BenchObject[],
  namespace: string,
): Promise<void> {
  const queue = objects.values();
  const worker = async () => {
    for (const object of queue)
      await client.request({
        method: 'PATCH',
        path: `${pathOf(object, namespace)}?fieldManager=bare&force=true`,
        body: object,
        contentType: applyPatch,
      });
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

interface WatchedDeployment {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly availableReplicas?: number };
  };
}

/** Resolves when `count` Deployments of the namespace are available; sees them on one watch. */
export async function awaitAvailable(client: KubeClient, namespace: string, count: number): Promise<void> {
  const available = new Set<string>();
  const end = new AbortController();
  const onLine = (line: string) => {
    const { type, object } = JSON.parse(line) as WatchedDeployment;
    if (type === 'ERROR') throw new Error(`The watch broke: ${line}`);
    if ((object.status?.availableReplicas ?? 0) > 0) available.add(object.metadata.name);
    if (available.size === count) end.abort();
  };
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments?watch=1&timeoutSeconds=600`;
  await client.lines(path, onLine, end.signal).catch((error: unknown) => {
    if (!end.signal.aborted) throw error;
  });
  if (!end.signal.aborted)
    throw new Error(`${available.size} of ${count} Deployments were available after 10 minutes.`);
}
