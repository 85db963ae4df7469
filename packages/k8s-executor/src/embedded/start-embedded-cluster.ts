import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock, Rehearsal } from '@flotilla/core';
import { sendAnswer } from './api/answer.js';
import { answerRequest } from './api/api-server.js';
import type { ApiContext } from './api/api-server.js';
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

export interface EmbeddedClusterOptions {
  readonly clock: Clock;
  /** The port to listen on; default: a free one. */
  readonly port?: number;
  /** Default: pods are ready in about a second, unless their annotations say otherwise. */
  readonly scenario?: Scenario;
  /** Durations are divided by this; default 1. */
  readonly speed?: number;
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** The time of day at the start, in milliseconds since 1970; default: the machine's. */
  readonly startedAtMs?: number;
}

/** A simulated cluster that listens on loopback. */
export interface EmbeddedCluster {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly server: string;
  /** For kubectl and everybody else: the text of a kubeconfig whose context is `embedded`. */
  readonly kubeconfig: string;
  /** Ends all connections and timers. */
  close(): Promise<void>;
}

/**
 * Starts an in-process API server that speaks the Kubernetes REST API over HTTP, with controllers that make workloads
 * ready after a delay (execution.md §6). A simulation: it runs no containers. Rejects when the port cannot be had.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const closing = new AbortController();
  // Every pod and every timer listens to it.
  setMaxListeners(0, closing.signal);
  const context = furnishCluster(options, closing.signal);
  const server = http.createServer((incoming, response) => {
    void answerIncoming(context, incoming, response);
  });
  await listen(server, options.port ?? 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Bug: a TCP server without a port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    server: url,
    kubeconfig: printKubeconfig(url),
    close: () => {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

function furnishCluster(options: EmbeddedClusterOptions, closing: AbortSignal): ApiContext {
  const { clock, random = Math.random, speed = 1, scenario, startedAtMs = Date.now() } = options;
  const time = new ClusterTime({ clock, random, startedAtMs });
  const store = new ObjectStore();
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
  return { store, kinds, lifecycle, time, clock, kubelet, assign: createAssigner(() => time.newUid()) };
}

async function answerIncoming(
  context: ApiContext,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await text(incoming);
    sendAnswer(answerRequest(context, incoming, body), response);
  } catch (error) {
    // The client went away in the middle of its request, or this is a bug: the client must hear of it either way.
    const message = error instanceof Error ? error.message : String(error);
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code: 500,
      reason: 'InternalError',
      message,
    };
    sendAnswer({ form: 'json', code: 500, body: status }, response);
  }
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function printKubeconfig(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: embedded
clusters:
- name: embedded
  cluster:
    server: ${server}
users:
- name: embedded
  user: {}
contexts:
- name: embedded
  context:
    cluster: embedded
    user: embedded
    namespace: default
`;
}
