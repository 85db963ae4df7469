import { numberOf } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import type { World } from '../controllers/world.js';
import type { StoreEvent } from '../store/object-store.js';
import { ancestorsOf } from './behaviour.js';
import { SimulatedPod } from './simulated-pod.js';

/** Plays the cluster's only node: every pod that comes begins, every pod that is to go stops. */
export class Kubelet {
  readonly #world: World;
  readonly #pods = new Map<string, SimulatedPod>();
  #address = 1;

  constructor(world: World) {
    this.#world = world;
  }

  observe({ type, object }: StoreEvent): void {
    const uid = object.metadata.uid ?? '';
    const known = this.#pods.get(uid);
    if (type === 'DELETED') {
      known?.drop();
      this.#pods.delete(uid);
    } else if (object.metadata.deletionTimestamp !== undefined) {
      known?.stop(numberOf(object.metadata, 'deletionGracePeriodSeconds', 30));
    } else if (known === undefined) {
      this.#begin(uid, object);
    }
  }

  /** The simulation of a pod; undefined for pods that are gone. */
  find(pod: KubeObject): SimulatedPod | undefined {
    return this.#pods.get(pod.metadata.uid ?? '');
  }

  #begin(uid: string, pod: KubeObject): void {
    const { store, kinds, behaviour } = this.#world;
    const ancestors = ancestorsOf(pod, ({ kind, namespace, name }) => {
      const served = kinds.all().find((each) => each.kind === kind && each.namespaced);
      return served === undefined ? undefined : store.get(served, namespace, name);
    });
    this.#address += 1;
    const ip = `10.244.${(this.#address >> 8) & 255}.${this.#address & 255}`;
    const simulated = new SimulatedPod(this.#world, pod, { script: behaviour.scriptOf(pod, ancestors), ip });
    this.#pods.set(uid, simulated);
    simulated.begin();
  }
}
