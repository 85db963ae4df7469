import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError, type KubeClient } from './kube-client.js';

/** What every stored object has. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly uid: string;
      readonly controller?: boolean;
    }[];
  };
}

export interface WatchHandlers<Item extends StoredObject> {
  /** An object exists or has changed; also for those that exist at the start. */
  readonly onChange: (item: Item) => void;
  readonly onGone?: (uid: string) => void;
}

interface ObjectList<Item> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Item[];
}

interface WatchLine<Item> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Item;
}

const beforeRelistMs = 500;

/** Lists `path`, then watches it; lists again whenever the watch cannot go on. Resolves when `signal` aborts; rejects with what a handler throws. */
export async function watchObjects<Item extends StoredObject>(
  client: KubeClient,
  path: string,
  options: { readonly handlers: WatchHandlers<Item>; readonly signal: AbortSignal },
): Promise<void> {
  const known = new Set<string>();
  while (!options.signal.aborted) {
    try {
      await listAndWatch(client, path, { ...options, known });
    } catch (error) {
      // The server is away or has forgotten our version: both are mended by a new list, a little later.
      if (!isOutage(error)) throw error;
      await sleep(beforeRelistMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

async function listAndWatch<Item extends StoredObject>(
  client: KubeClient,
  path: string,
  options: {
    readonly handlers: WatchHandlers<Item>;
    readonly signal: AbortSignal;
    readonly known: Set<string>;
  },
): Promise<void> {
  const { handlers, known } = options;
  const list = (await client.request({ method: 'GET', path })) as ObjectList<Item>;
  const present = new Set(list.items.map((item) => item.metadata.uid));
  for (const uid of [...known].filter((uid) => !present.has(uid))) forget(uid);
  list.items.forEach(remember);
  let version = list.metadata.resourceVersion;
  while (!options.signal.aborted) await client.lines(watchPath(path, version), onLine, options.signal);

  function onLine(line: string): void {
    const { type, object } = JSON.parse(line) as WatchLine<Item>;
    if (type === 'ERROR') throw new KubeError(`watch ${path}`, 410, { message: line });
    version = object.metadata.resourceVersion;
    if (type === 'DELETED') forget(object.metadata.uid);
    else if (type !== 'BOOKMARK') remember(object);
  }

  function remember(item: Item): void {
    known.add(item.metadata.uid);
    handlers.onChange(item);
  }

  function forget(uid: string): void {
    known.delete(uid);
    handlers.onGone?.(uid);
  }
}

/**
 * True for refusals, broken connections and our own abort, which all have a code; false for what a handler throws.
 * Not by `instanceof Error`: under jest, node's own errors are of another realm.
 */
function isOutage(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error;
}

function watchPath(path: string, resourceVersion: string): string {
  const join = path.includes('?') ? '&' : '?';
  return `${path}${join}watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${resourceVersion}`;
}
