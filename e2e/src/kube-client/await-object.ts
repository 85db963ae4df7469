import type { KubeClient } from './kube-client.js';
import { watchObjects, type StoredObject } from './watch-objects.js';

/** Resolves with the first object under `path` (a list's, with selectors) that `accept` takes; throws after `timeoutMs` (default five minutes, a limit for what hangs) with the last one seen. */
export async function awaitObject<Item extends StoredObject>(
  client: KubeClient,
  path: string,
  options: { readonly accept: (item: Item) => boolean; readonly timeoutMs?: number },
): Promise<Item> {
  const found = new AbortController();
  const overdue = AbortSignal.timeout(options.timeoutMs ?? 300_000);
  let seen: Item | undefined;
  const onChange = (item: Item) => {
    if (found.signal.aborted) return;
    seen = item;
    if (options.accept(item)) found.abort();
  };
  const signal = AbortSignal.any([found.signal, overdue]);
  await watchObjects<Item>(client, path, { handlers: { onChange }, signal });
  if (seen !== undefined && found.signal.aborted) return seen;
  throw new Error(
    `Nothing under ${path} became what was waited for; last seen: ${JSON.stringify(seen, undefined, 1)}`,
  );
}
