import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube-client/kube-client.js';
import { watchObjects } from '../kube-client/watch-objects.js';
import { behaviourOf } from './behaviour.js';
import type { Outages } from './outages.js';
import { ignoring, postEvent } from './pod-events.js';
import { PodLife } from './pod-life.js';
import type { PodMemory } from './pod-status.js';
import { pathOf, type Pod } from './pod.js';
import type { NodeSettings } from './settings.js';

/** A pod that a simulated node runs. */
export interface KeptPod {
  pod: Pod;
  readonly memory: PodMemory;
  /** How many pods of the same controller came before it. */
  readonly siblings: number;
  readonly life: PodLife;
  /** Ends the life: the pod is to be deleted, or is gone. */
  readonly end: AbortController;
  /** Aborted when somebody has followed its log to the end. */
  readonly logRead: AbortController;
  /** Aborted when its containers run no more, for whatever reason. */
  readonly stopped: AbortController;
}

export interface KubeletOptions {
  readonly settings: NodeSettings;
  readonly outages: Outages;
  readonly signal: AbortSignal;
  /** Told of what should not happen. */
  readonly onError: (error: unknown) => void;
}

/** Runs the pods of every node. `pods` holds them by uid. */
export class Kubelet {
  readonly pods = new Map<string, KeptPod>();
  readonly #client: KubeClient;
  readonly #options: KubeletOptions;
  readonly #podsOfController = new Map<string, number>();
  #addresses = 0;

  constructor(client: KubeClient, options: KubeletOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Resolves when the signal aborts. */
  async run(): Promise<void> {
    const handlers = {
      onChange: (pod: Pod) => {
        this.#see(pod);
      },
      onGone: (uid: string) => {
        this.#forget(uid);
      },
    };
    const scheduled = '/api/v1/pods?fieldSelector=spec.nodeName!%3D';
    await watchObjects(this.#client, scheduled, { handlers, signal: this.#options.signal });
    for (const uid of this.pods.keys()) this.#forget(uid);
  }

  #see(pod: Pod): void {
    const kept = this.pods.get(pod.metadata.uid) ?? this.#keep(pod);
    kept.pod = pod;
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') kept.stopped.abort();
    if (pod.metadata.deletionTimestamp !== undefined) this.#terminate(kept);
    else if ((pod.spec.readinessGates ?? []).length > 0) this.#refreshGates(kept);
  }

  #keep(pod: Pod): KeptPod {
    const end = new AbortController();
    const stopped = new AbortController();
    const logRead = new AbortController();
    end.signal.addEventListener('abort', () => {
      stopped.abort();
    });
    const memory: PodMemory = {
      ip: pod.status.podIP ?? this.#nextAddress(),
      restarts: new Map(),
      conditions: new Map(),
    };
    const siblings = this.#countSiblings(pod);
    const life = new PodLife(pod, {
      client: this.#clientOf(pod),
      settings: this.#options.settings,
      memory,
      siblings,
      logRead: logRead.signal,
      signal: stopped.signal,
      pod: () => kept.pod,
    });
    const kept: KeptPod = { pod, memory, siblings, life, end, logRead, stopped };
    this.pods.set(pod.metadata.uid, kept);
    if (pod.metadata.deletionTimestamp === undefined) this.#watchOver(stopped.signal, life.live());
    return kept;
  }

  // A changed gate shows in our own status only if we write it again; writing changes nothing once they agree.
  #refreshGates(kept: KeptPod): void {
    this.#watchOver(kept.stopped.signal, kept.life.refresh());
  }

  #terminate(kept: KeptPod): void {
    if (kept.end.signal.aborted) return;
    kept.end.abort();
    this.#watchOver(this.#options.signal, this.#stopAndDelete(kept.pod));
  }

  async #stopAndDelete(pod: Pod): Promise<void> {
    const { settings, signal } = this.#options;
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    const client = this.#clientOf(pod);
    await postEvent(client, pod, { type: 'Normal', reason: 'Killing', message: 'Stopping container' });
    await sleep(Math.min(behaviourOf(pod, settings).terminateMs, graceMs), undefined, { signal });
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: pod.metadata.uid },
    };
    await ignoring([404, 409], client.request({ method: 'DELETE', path: pathOf(pod), body }));
  }

  #clientOf(pod: Pod): KubeClient {
    return this.#options.outages.clientOf(pod.spec.nodeName, this.#client);
  }

  #forget(uid: string): void {
    this.pods.get(uid)?.end.abort();
    this.pods.delete(uid);
  }

  /** Failures after the abort are how an aborted thing ends. */
  #watchOver(signal: AbortSignal, work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!signal.aborted && !this.#options.signal.aborted) this.#options.onError(error);
    });
  }

  #countSiblings(pod: Pod): number {
    const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
    if (controller === undefined) return 0;
    const before = this.#podsOfController.get(controller) ?? 0;
    this.#podsOfController.set(controller, before + 1);
    return before;
  }

  #nextAddress(): string {
    this.#addresses += 1;
    return `10.244.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`;
  }
}
