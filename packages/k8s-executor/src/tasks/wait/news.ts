import type { SharedWatch, WatchEvent } from '../../cluster/cluster.js';
import { ownersOf } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Bell } from './bell.js';

/**
 * Of which applied objects something was heard since it was last asked. Hundreds of objects share a watch, so an event
 * goes only to those that it is about: one subscription a watch, and no walk over all objects for each event.
 */
export interface News<T extends Named> {
  /** Something else has changed about it. */
  tell(object: T): void;
  /** Listens for the object itself; `hear` is told before the bell rings. */
  ofObject(object: T, watch: SharedWatch, hear: Hear): void;
  /** Listens for what it owns (pods, ReplicaSets); `hear` is told before the bell rings. */
  ofOwned(object: T, watch: SharedWatch, hear: Hear): void;
  /** What `between` owns is the object's, too: a Deployment has its pods by way of a ReplicaSet. */
  owns(object: T, between: KubeObject | undefined): void;
  /** The objects that there is news of, each once; forgets them. */
  take(): readonly T[];
  stop(): void;
}

/** What there is news of: something that was applied. */
interface Named {
  readonly applied: KubeObject;
}

type Hear = (event: WatchEvent) => void;

/** Those who listen on one watch. */
interface Listening<T> {
  readonly byName: Map<string, { readonly object: T; readonly hear: Hear }>;
  /** Whose owned objects come by this watch, and what is told of them first. */
  readonly owners: Map<T, Hear>;
}

/** The bell rings whenever there is news. */
export function createNews<T extends Named>(bell: Pick<Bell, 'ring'>): News<T> {
  const heardOf = new Set<T>();
  const byOwner = new Map<string, T>();
  const listening = new Map<SharedWatch, Listening<T>>();
  const stops: (() => void)[] = [];

  function tell(object: T): void {
    heardOf.add(object);
    bell.ring();
  }

  function tellAll({ byName, owners }: Listening<T>): void {
    for (const { object } of byName.values()) tell(object);
    for (const object of owners.keys()) tell(object);
  }

  function hear(event: WatchEvent, listeners: Listening<T>): void {
    if (event.type === 'synced') {
      for (const own of listeners.byName.values()) own.hear(event);
      for (const hearOwned of listeners.owners.values()) hearOwned(event);
      tellAll(listeners);
      return;
    }
    const owners = ownersOf(event.object).flatMap((uid) => byOwner.get(uid) ?? []);
    for (const object of passOn(event, listeners, owners)) tell(object);
  }

  function listenTo(watch: SharedWatch): Listening<T> {
    const known = listening.get(watch);
    if (known !== undefined) return known;
    const added: Listening<T> = { byName: new Map(), owners: new Map() };
    listening.set(watch, added);
    stops.push(
      watch.subscribe((event) => {
        hear(event, added);
      }),
      watch.onTrouble?.(() => {
        tellAll(added);
      }) ?? (() => undefined),
    );
    return added;
  }

  function owns(object: T, owner: KubeObject | undefined): void {
    if (owner?.metadata.uid !== undefined) byOwner.set(owner.metadata.uid, object);
  }

  return {
    tell,
    ofObject(object, watch, hearOwn) {
      listenTo(watch).byName.set(object.applied.metadata.name, { object, hear: hearOwn });
    },
    ofOwned(object, watch, hearOwned) {
      listenTo(watch).owners.set(object, hearOwned);
      owns(object, object.applied);
    },
    owns,
    take() {
      const taken = [...heardOf];
      heardOf.clear();
      return taken;
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      listening.clear();
    },
  };
}

/** Tells those whom an event is about, in itself or in what they own; the objects that it is about. */
function passOn<T extends Named>(
  event: Exclude<WatchEvent, { readonly type: 'synced' }>,
  listeners: Listening<T>,
  owners: readonly T[],
): readonly T[] {
  const own = listeners.byName.get(event.object.metadata.name);
  own?.hear(event);
  for (const owner of owners) listeners.owners.get(owner)?.(event);
  return own === undefined ? owners : [own.object, ...owners];
}
