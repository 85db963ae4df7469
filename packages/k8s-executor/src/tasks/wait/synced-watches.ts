import type { SharedWatch } from '../../cluster/cluster.js';

/** The watches that tell of one object: its own, and those of what it owns. */
export interface Watched {
  readonly watch: SharedWatch;
  readonly pods?: SharedWatch;
  readonly replicaSets?: SharedWatch;
}

/** Which watches have told what there is: until then nothing follows from what they do not tell. */
export interface SyncedWatches {
  /** `then` is called once the watch has told. */
  await(watch: SharedWatch, then?: () => void): void;
  /** The watch says so itself, before its promise does. */
  add(watch: SharedWatch): void;
  has(watch: SharedWatch): boolean;
  /** Whether an object and what it owns are known, as far as anything can be learned of them. */
  know(watched: Watched): boolean;
}

export function createSyncedWatches(): SyncedWatches {
  const synced = new Set<SharedWatch>();
  const isHeard = (watch: SharedWatch | undefined) =>
    watch === undefined || synced.has(watch) || watch.trouble?.() !== undefined;
  return {
    await(watch, then) {
      void watch.synced.then(() => {
        synced.add(watch);
        then?.();
      });
    },
    add: (watch) => void synced.add(watch),
    has: (watch) => synced.has(watch),
    know: ({ watch, pods, replicaSets }) => synced.has(watch) && isHeard(pods) && isHeard(replicaSets),
  };
}
