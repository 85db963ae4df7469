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
  ofObject(object: AppliedObject, watch: SharedWatch, hear: Hear): void;
  /** Listens for what it owns (pods, ReplicaSets); `hear` is told before the bell rings. */
  ofOwned(object: AppliedObject, watch: SharedWatch, hear: Hear): void;
  /** What `between` owns is the object's, too: a Deployment has its pods by way of a ReplicaSet. */
  owns(object: AppliedObject, between: KubeObject | undefined): void;
  /** The objects that there is news of, each once; forgets them. */
  take(): readonly AppliedObject[];
  stop(): void;
}

type Hear = (event: WatchEvent) => void;

/** Those who listen on one watch. */
interface Listening {
  readonly byName: Map<string, { readonly object: AppliedObject; readonly hear: Hear }>;
  /** Whose owned objects come by this watch, and what is told of them first. */
  readonly owners: Map<AppliedObject, Hear>;
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
    for (const object of owners.keys()) tell(object);
  }

  function hear(event: WatchEvent, listeners: Listening): void {
    if (event.type === 'synced') {
      for (const own of listeners.byName.values()) own.hear(event);
      for (const hearOwned of listeners.owners.values()) hearOwned(event);
      tellAll(listeners);
      return;
    }
    const owners = ownersOf(event.object).flatMap((uid) => byOwner.get(uid) ?? []);
    for (const object of passOn(event, listeners, owners)) tell(object);
  }

  function listenTo(watch: SharedWatch): Listening {
    const known = listening.get(watch);
    if (known !== undefined) return known;
    const added: Listening = { byName: new Map(), owners: new Map() };
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
function passOn(
  event: Exclude<WatchEvent, { readonly type: 'synced' }>,
  listeners: Listening,
  owners: readonly AppliedObject[],
): readonly AppliedObject[] {
  const own = listeners.byName.get(event.object.metadata.name);
  own?.hear(event);
  for (const owner of owners) listeners.owners.get(owner)?.(event);
  return own === undefined ? owners : [own.object, ...owners];
}
