import { setMaxListeners } from 'node:events';
import type { Clock, Rehearsal } from '@flotilla/core';
import type { Answer } from './api/answer.js';
import { answerRequest } from './api/api-server.js';
import type { ApiContext, IncomingRequest } from './api/api-server.js';
import { createAssigner } from './api/assign.js';
import { fillDefaults } from './api/defaults.js';
import { ControllerLoop } from './controllers/controller-loop.js';
import { EventRecorder } from './controllers/event-recorder.js';
import type { World } from './controllers/world.js';
import { createBehaviour } from './pods/behaviour.js';
import { Kubelet } from './pods/kubelet.js';
import { firstObjects } from './first-objects.js';
import { ClusterTime } from './store/cluster-time.js';
import { KindRegistry } from './store/kind-registry.js';
import { ObjectLifecycle } from './store/object-lifecycle.js';
import { ObjectStore } from './store/object-store.js';

/** How workloads behave: a rehearsal file (cli.md), task by task. */
export type Scenario = Rehearsal;

export interface EmbeddedServerOptions {
  readonly clock: Clock;
  /** Default: pods are ready in about a second, unless their annotations say otherwise. */
  readonly scenario?: Scenario;
  /** Durations are divided by this; default 1. */
  readonly speed?: number;
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** The time of day at the start, in milliseconds since 1970; default: the machine's. */
  readonly startedAtMs?: number;
  /** How many changes of a kind a watch may resume behind; default 2,000. */
  readonly historyLength?: number;
}

/** A simulated cluster that is asked without a network. */
export interface EmbeddedServer {
  /** All that the cluster holds, to look at. */
  readonly store: ObjectStore;
  readonly kinds: KindRegistry;
  /** Answers a request at once; what follows from it (controllers, pods) comes by and by. Throws when it has a bug. */
  answer(request: IncomingRequest): Answer;
  /** Stops controllers, pods and timers. */
  close(): void;
}

/**
 * An API server with its controllers and one node, to be asked directly: execution.md §6 without the HTTP. All time is
 * the clock's and all chance is `random`'s, so that two servers which are asked alike answer alike.
 */
export function createEmbeddedServer(options: EmbeddedServerOptions): EmbeddedServer {
  const stop = new AbortController();
  const closing = stop.signal;
  // Every pod and every timer listens to it.
  setMaxListeners(0, closing);
  const { clock, random = Math.random, speed = 1, scenario, startedAtMs = Date.now() } = options;
  const time = new ClusterTime({ clock, random, startedAtMs });
  const store = new ObjectStore(options.historyLength);
  const kinds = new KindRegistry();
  const lifecycle = new ObjectLifecycle(store, time);
  const events = new EventRecorder({ store, lifecycle, time, kinds });
  const behaviour = createBehaviour({ scenario, speed, random });
  const world: World = { store, kinds, lifecycle, time, clock, events, behaviour, closing };
  const kubelet = new Kubelet(world);
  new ControllerLoop(world, kubelet);
  for (const [plural, object] of firstObjects(time.timestamp())) {
    lifecycle.create(kinds.builtIn(plural), fillDefaults(object));
  }
  const assign = createAssigner(() => time.newUid());
  const context: ApiContext = { store, kinds, lifecycle, time, clock, kubelet, assign };
  return {
    store,
    kinds,
    answer: (request) => answerRequest(context, request),
    close: () => {
      stop.abort();
    },
  };
}
