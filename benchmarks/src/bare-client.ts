import { createHash } from 'node:crypto';
import { applyPatch, type KubeClient } from '@flotilla/e2e';
import { pathOf, type BenchObject } from './objects.js';

const inFlight = 16;

/**
 * The least that applying can cost: the PATCHes that Flotilla sends, with all that it writes into an object, over
 * keep-alive connections, 16 in flight, and nothing else.
 */
export async function applyBare(
  client: KubeClient,
  objects: readonly BenchObject[],
  { namespace, dryRun = false }: { readonly namespace: string; readonly dryRun?: boolean },
): Promise<void> {
  const query = `fieldManager=bare&fieldValidation=Strict&force=false${dryRun ? '&dryRun=All' : ''}`;
  const queue = objects.values();
  const worker = async () => {
    for (const object of queue)
      await client.request({
        method: 'PATCH',
        path: `${pathOf(object, namespace)}?${query}`,
        body: withMarks(object, namespace),
        contentType: applyPatch,
      });
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** As large as what Flotilla adds: whose the object is, and the digest of what was asked. */
function withMarks({ metadata, ...object }: BenchObject, namespace: string): BenchObject {
  const labels = {
    ...metadata.labels,
    'app.kubernetes.io/managed-by': 'bare',
    'applyset.kubernetes.io/part-of': 'applyset-aw1uS9bDEdcX6ytJgy8UEVecG15Qi08Puo0oOXbC94o-v1',
    'flotilla.dev/deployment': 'bench',
    'flotilla.dev/namespace': namespace,
    'flotilla.dev/task': 'services.objects',
  };
  const digest = createHash('sha256').update(JSON.stringify(object)).digest('hex');
  const annotations = { 'flotilla.dev/digest': `sha256:${digest}` };
  return { ...object, metadata: { ...metadata, labels, annotations } };
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
