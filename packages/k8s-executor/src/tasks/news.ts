import type { SharedWatch, WatchEvent } from '../cluster/cluster.js';
import { ownersOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import type { AppliedObject } from './applied-object.js';
import type { Bell } from './bell.js';

/**
 * Of which applied objects something was heard since it was last asked. Hundreds of objects share a watch, so an event
 * goes only to those that it is about: one subscription a watch, and no walk over all objects for each event.
 */
export interface News {
  /** Something else has changed about it. */
  tell(object: AppliedObject): void;
  /** Listens for the object itself; `hear` is told before the bell rings. */
  ofObject(object: AppliedObject, watch: SharedWatch, hear: (event: WatchEvent) => void): void;
  /** Listens for what it owns (pods, ReplicaSets). */
  ofOwned(object: AppliedObject, watch: SharedWatch): void;
  /** What `between` owns is the object's, too: a Deployment has its pods by way of a ReplicaSet. */
  owns(object: AppliedObject, between: KubeObject | undefined): void;
  /** The objects that there is news of, each once; forgets them. */
  take(): readonly AppliedObject[];
  stop(): void;
}

/** Those who listen on one watch. */
interface Listening {
  readonly byName: Map<
    string,
    { readonly object: AppliedObject; readonly hear: (event: WatchEvent) => void }
  >;
  /** Whose owned objects come by this watch. */
  readonly owners: Set<AppliedObject>;
}

/** The bell rings whenever there is news. */
export function createNews(bell: Pick<Bell, 'ring'>): News {
  const heardOf = new Set<AppliedObject>();
  const byOwner = new Map<string, AppliedObject>();
  const listening = new Map<SharedWatch, Listening>();
  const stops: (() => void)[] = [];

  function tell(object: AppliedObject): void {
    heardOf.add(object);
    bell.ring();
  }

  function tellAll({ byName, owners }: Listening): void {
    for (const { object } of byName.values()) tell(object);
    for (const object of owners) tell(object);
  }

  function hear(event: WatchEvent, listeners: Listening): void {
    if (event.type === 'synced') {
      for (const own of listeners.byName.values()) own.hear(event);
      tellAll(listeners);
      return;
    }
    const own = listeners.byName.get(event.object.metadata.name);
    own?.hear(event);
    for (const object of [own?.object, ...ownersOf(event.object).map((uid) => byOwner.get(uid))])
      if (object !== undefined) tell(object);
  }

  function listenTo(watch: SharedWatch): Listening {
    const known = listening.get(watch);
    if (known !== undefined) return known;
    const added: Listening = { byName: new Map(), owners: new Set() };
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

  function owns(object: AppliedObject, owner: KubeObject | undefined): void {
    const { uid } = owner?.metadata ?? {};
    if (uid !== undefined) byOwner.set(uid, object);
  }

  return {
    tell,
    ofObject(object, watch, hearOwn) {
      listenTo(watch).byName.set(object.applied.metadata.name, { object, hear: hearOwn });
    },
    ofOwned(object, watch) {
      listenTo(watch).owners.add(object);
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
