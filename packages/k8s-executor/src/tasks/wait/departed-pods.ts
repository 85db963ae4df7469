import { textOf } from '../../cluster/json.js';
import type { WatchEvent } from '../../cluster/cluster.js';
import { ownersOf, part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** How pods ended that are gone by now: a job may be removed, and its pods with it, before anybody has looked. */
export interface DepartedPods {
  readonly hear: (event: WatchEvent) => void;
  /** Those of an owner that had ended when they were deleted. */
  of(owner: KubeObject): readonly KubeObject[];
}

export function createDepartedPods(): DepartedPods {
  const byOwner = new Map<string, KubeObject[]>();
  return {
    hear(event) {
      if (event.type !== 'deleted' || !hasEnded(event.object)) return;
      for (const uid of ownersOf(event.object)) {
        const others = byOwner.get(uid) ?? [];
        byOwner.set(uid, [...others, event.object]);
      }
    },
    of: ({ metadata }) => byOwner.get(metadata.uid ?? '') ?? [],
  };
}

function hasEnded(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(textOf(part(pod, 'status'), 'phase'));
}
