import { textOf } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { Kubelet } from '../pods/kubelet.js';
import { ownersOf } from '../store/object-store.js';
import type { StoreEvent } from '../store/object-store.js';
import type { ServedKind } from '../store/served-kind.js';
import { abolish, establish } from './custom-resource.js';
import { reconcileDaemonSet } from './daemon-set.js';
import { reconcileDeployment } from './deployment.js';
import { collectOrphans, collectUnowned, finishDeletion } from './garbage-collector.js';
import { reconcileJob } from './job.js';
import { reconcileNamespace } from './namespace.js';
import { provisionClaim, provisionLoadBalancer, releaseVolume } from './provisioning.js';
import { reconcileReplicaSet } from './replica-set.js';
import { reconcileStatefulSet } from './stateful-set.js';
import { later } from './world.js';
import type { World } from './world.js';

interface Turn {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Brings what is into line with what is asked, object by object, whenever one of them or of its dependents changes. */
export class ControllerLoop {
  readonly #world: World;
  readonly #kubelet: Kubelet;
  readonly #turns = new Map<string, Turn>();
  #isRunning = false;

  constructor(world: World, kubelet: Kubelet) {
    this.#world = world;
    this.#kubelet = kubelet;
    const stop = world.store.subscribe((event) => {
      this.#observe(event);
    });
    world.closing.addEventListener('abort', stop, { once: true });
  }

  #observe(event: StoreEvent): void {
    const { type, kind, object } = event;
    if (kind.kind === 'Event') return;
    if (kind.kind === 'Pod') {
      queueMicrotask(() => {
        this.#kubelet.observe(event);
      });
    }
    if (type === 'ADDED') this.#welcome(event);
    if (type === 'DELETED') this.#bury(event);
    else this.#enqueue(kind, object.metadata.namespace, object.metadata.name);
    this.#enqueueOwners(object);
    if (type === 'DELETED' && kind.namespaced) {
      this.#enqueue(this.#world.kinds.builtIn('namespaces'), undefined, object.metadata.namespace ?? '');
    }
  }

  #welcome({ kind, object }: StoreEvent): void {
    if (kind.kind === 'PersistentVolumeClaim') provisionClaim(this.#world, object);
  }

  #bury(event: StoreEvent): void {
    queueMicrotask(() => {
      collectOrphans(this.#world, event);
      if (event.kind.kind === 'PersistentVolumeClaim') releaseVolume(this.#world, event.object);
      if (event.kind.kind === 'CustomResourceDefinition') abolish(this.#world, event.object);
    });
  }

  #enqueueOwners(object: KubeObject): void {
    for (const owner of ownersOf(object)) {
      const kind = this.#world.kinds.byName(textOf(owner, 'apiVersion'), textOf(owner, 'kind'));
      if (kind === undefined) continue;
      this.#enqueue(kind, kind.namespaced ? object.metadata.namespace : undefined, textOf(owner, 'name'));
    }
  }

  #enqueue(...[kind, namespace, name]: readonly [ServedKind, string | undefined, string]): void {
    this.#turns.set(`${kind.group}/${kind.plural}/${namespace ?? ''}/${name}`, { kind, namespace, name });
    if (this.#isRunning) return;
    this.#isRunning = true;
    queueMicrotask(() => {
      this.#run();
    });
  }

  #run(): void {
    for (;;) {
      const [next] = this.#turns;
      if (next === undefined || this.#world.closing.aborted) break;
      this.#turns.delete(next[0]);
      this.#reconcile(next[1]);
    }
    this.#isRunning = false;
  }

  #reconcile({ kind, namespace, name }: Turn): void {
    const world = this.#world;
    const object = world.store.get(kind, namespace, name);
    if (object === undefined) return;
    collectUnowned(world, kind, object);
    finishDeletion(world, kind, object);
    const again = () => {
      this.#enqueue(kind, namespace, name);
    };
    switch (kind.kind) {
      case 'Deployment':
        reconcileDeployment(world, object);
        this.#watchDeadline(object, again);
        break;
      case 'ReplicaSet':
        reconcileReplicaSet(world, object);
        break;
      case 'StatefulSet':
        reconcileStatefulSet(world, object);
        break;
      case 'DaemonSet':
        reconcileDaemonSet(world, object);
        break;
      case 'Job':
        reconcileJob(world, object, again);
        break;
      case 'Namespace':
        reconcileNamespace(world, object);
        break;
      case 'Service':
        provisionLoadBalancer(world, object);
        break;
      case 'CustomResourceDefinition':
        establish(world, object);
        break;
    }
  }

  readonly #deadlines = new Map<string, number>();

  /** Looks again when the progress deadline of this generation is over. */
  #watchDeadline(deployment: KubeObject, again: () => void): void {
    const { uid = '', generation = 0 } = deployment.metadata;
    if (this.#deadlines.get(uid) === generation) return;
    this.#deadlines.set(uid, generation);
    const spec = deployment.spec;
    const seconds =
      typeof spec === 'object' && spec !== null && 'progressDeadlineSeconds' in spec
        ? Number(spec.progressDeadlineSeconds)
        : 600;
    later(this.#world, seconds * 1000 + 1_500, again);
  }
}
