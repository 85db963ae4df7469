import type { Clock } from '@flotilla/core';
import type { Behaviour } from '../pods/behaviour.js';
import type { ClusterTime } from '../store/cluster-time.js';
import type { KindRegistry } from '../store/kind-registry.js';
import type { ObjectLifecycle } from '../store/object-lifecycle.js';
import type { ObjectStore } from '../store/object-store.js';
import type { EventRecorder } from './event-recorder.js';

/** What controllers work on. */
export interface World {
  readonly store: ObjectStore;
  readonly kinds: KindRegistry;
  readonly lifecycle: ObjectLifecycle;
  readonly time: ClusterTime;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly behaviour: Behaviour;
  /** Aborts when the cluster closes. */
  readonly closing: AbortSignal;
}

/** Does something after a while, unless `closing` aborts before. */
export function later(scope: Pick<World, 'clock' | 'closing'>, delayMs: number, action: () => void): void {
  const { clock, closing } = scope;
  void clock.until(clock.now() + delayMs, closing).then(() => {
    if (!closing.aborted) action();
  });
}
