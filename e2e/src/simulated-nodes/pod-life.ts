import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { behaviourOf, endsBadly, type Behaviour } from './behaviour.js';
import { findMissingConfiguration } from './missing-configuration.js';
import { PodReporter, type ReportedPod } from './pod-reporter.js';
import { timestamp, type Container, type Pod } from './pod.js';
import { terminatedState, type ContainerEnd, type ContainerPicture } from './pod-status.js';
import { backOff, type NodeSettings } from './settings.js';

export interface PodWorld extends ReportedPod {
  readonly settings: NodeSettings;
  /** How many pods of the same controller came before it. */
  readonly siblings: number;
  /** Aborted when somebody has followed its log to the end. */
  readonly logRead: AbortSignal;
  /** Aborted when the pod has ended, is to be deleted, or is gone. */
  readonly signal: AbortSignal;
}

// A real kubelet shows ErrImagePull, and the end of a container, for a moment before it says that it backs off.
const glimpseMs = 50;

/**
 * One pod on a simulated node, from scheduled to ready, completed, or failing for ever. An event is there before the
 * status that it is about: who sees the status finds the event, however slow the machine is.
 */
export class PodLife {
  readonly #world: PodWorld;
  readonly #behaviour: Behaviour;
  readonly #reporter: PodReporter;

  constructor(pod: Pod, world: PodWorld) {
    this.#world = world;
    this.#behaviour = behaviourOf(pod, world.settings, world.siblings);
    this.#reporter = new PodReporter(world);
  }

  /** Call when the pod has changed under it. */
  async refresh(): Promise<void> {
    await this.#reporter.refresh();
  }

  /** Rejects when the signal aborts, and with whatever the API server did not allow. */
  async live(): Promise<void> {
    const { phase } = this.#world.pod().status;
    if (phase === 'Succeeded' || phase === 'Failed') return;
    await this.#showStarting();
    await this.#awaitConfiguration();
    switch (this.#behaviour.mode) {
      case 'stuck-creating':
        return this.#reporter.warn('FailedMount', 'MountVolume.SetUp failed for volume "x" : simulated');
      case 'config-error':
        return this.#failToConfigure();
      case 'image-pull':
        return this.#failToPull();
      case 'ok':
      case 'never-ready':
      case 'crash-loop':
      case 'oom':
      case 'start-error':
      case 'fail':
      case 'evicted':
        await this.#wait(this.#behaviour.startMs);
        return this.#run();
    }
  }

  async #showStarting(): Promise<void> {
    const initialized = (this.#world.pod().spec.initContainers ?? []).length === 0;
    const reason = initialized ? 'ContainerCreating' : 'PodInitializing';
    await this.#reporter.show({
      phase: 'Pending',
      initialized,
      container: () => ({ is: 'waiting', reason }),
    });
  }

  async #failToConfigure(): Promise<void> {
    const message = 'configmap "simulated" not found';
    await this.#wait(this.#behaviour.startMs);
    await this.#reporter.warn('Failed', `Error: ${message}`, this.#behaviour.culprit);
    await this.#showCulprit({ is: 'waiting', reason: 'CreateContainerConfigError', message });
  }

  /** As a kubelet does, again and again: volumes before containers are made, variables when they are. */
  async #awaitConfiguration(): Promise<void> {
    const pod = this.#world.pod();
    for (;;) {
      const missing = await findMissingConfiguration(pod, this.#world.client);
      if (missing === undefined) return;
      if (missing.volume === undefined) {
        const culprit = missing.container;
        await this.#reporter.warn('Failed', `Error: ${missing.message}`, culprit);
        await this.#showCulprit(
          { is: 'waiting', reason: 'CreateContainerConfigError', message: missing.message },
          culprit,
        );
      } else {
        const told = `MountVolume.SetUp failed for volume "${missing.volume}" : ${missing.message}`;
        await this.#reporter.warn('FailedMount', told);
      }
      await this.#wait(this.#world.settings.backOffMs);
    }
  }

  async #evict(): Promise<void> {
    const message = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi.';
    await this.#reporter.warn('Evicted', message);
    await this.#reporter.show({
      phase: 'Failed',
      reason: 'Evicted',
      message,
      initialized: true,
      container: () => ({ is: 'terminated', exitCode: 137, reason: 'Error' }),
    });
  }

  async #failToPull(): Promise<void> {
    const { culprit, startMs, failTimes, message } = this.#behaviour;
    const why = message ?? `failed to pull and unpack image "${culprit.image}": not found`;
    const backingOff = `Back-off pulling image "${culprit.image}"`;
    const longer = `${backingOff}: ErrImagePull: ${why}`;
    for (let failures = 0; failures < failTimes; failures += 1) {
      await this.#wait(failures === 0 ? startMs : backOff(this.#world.settings, failures - 1));
      await this.#reporter.warn('Failed', `Failed to pull image "${culprit.image}": ${why}`, culprit);
      await this.#showCulprit({ is: 'waiting', reason: 'ErrImagePull', message: why });
      await this.#wait(glimpseMs);
      await this.#reporter.note('BackOff', backingOff, culprit);
      await this.#showCulprit({ is: 'waiting', reason: 'ImagePullBackOff', message: longer });
    }
    return this.#run();
  }

  async #run(): Promise<void> {
    const { mode, failTimes } = this.#behaviour;
    await this.#tellStarted();
    for (let crashes = 0; endsBadly(mode) && crashes < failTimes; crashes += 1) {
      this.#world.memory.runningSince = timestamp();
      await this.#showCulprit({ is: 'running', ready: false });
      await this.#wait(this.#behaviour.runMs);
      if (this.#behaviour.runsUntilRead) await untilAborted(this.#world.logRead, this.#world.signal);
      if (this.#endsForGood()) return this.#showFailed();
      await this.#backOffAfterCrash(crashes);
    }
    this.#world.memory.runningSince = timestamp();
    if (mode === 'evicted') return this.#evict();
    return this.#isFinite() ? this.#complete() : this.#becomeReady();
  }

  async #backOffAfterCrash(crashes: number): Promise<void> {
    const { culprit } = this.#behaviour;
    const { memory, settings } = this.#world;
    const pod = this.#world.pod();
    const last = terminatedState(pod, memory, this.#badEnd());
    await this.#showCulprit(this.#badEnd());
    await this.#wait(glimpseMs);
    memory.restarts.set(culprit.name, { count: crashes, last });
    const waitMs = backOff(settings, crashes);
    const place = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const message = `back-off ${Math.round(waitMs / 1000)}s restarting failed container=${culprit.name} pod=${place}`;
    const told = `Back-off restarting failed container ${culprit.name} in pod ${place}`;
    await this.#reporter.warn('BackOff', told, culprit);
    await this.#showCulprit({ is: 'waiting', reason: 'CrashLoopBackOff', message });
    await this.#wait(waitMs);
    memory.restarts.set(culprit.name, { count: crashes + 1, last });
  }

  async #showFailed(): Promise<void> {
    await this.#reporter.show({
      phase: 'Failed',
      initialized: true,
      container: (one) =>
        this.#isCulprit(one) ? this.#badEnd() : { is: 'terminated', exitCode: 0, reason: 'Completed' },
    });
  }

  async #complete(): Promise<void> {
    await this.#reporter.showAll('Running', { is: 'running', ready: true });
    await this.#wait(this.#behaviour.runMs);
    await this.#reporter.showAll('Succeeded', { is: 'terminated', exitCode: 0, reason: 'Completed' });
  }

  async #becomeReady(): Promise<void> {
    const { mode, readyMs, unreadyAfterMs } = this.#behaviour;
    if (mode === 'never-ready') {
      await this.#tellUnhealthy('HTTP probe failed with statuscode: 503');
      return this.#showCulprit({ is: 'running', ready: false });
    }
    if (readyMs > 0) {
      await this.#reporter.showAll('Running', { is: 'running', ready: false });
      await this.#wait(readyMs);
    }
    await this.#reporter.showAll('Running', { is: 'running', ready: true });
    if (unreadyAfterMs === undefined) return;
    await this.#wait(unreadyAfterMs);
    await this.#reporter.showAll('Running', { is: 'running', ready: false });
    await this.#tellUnhealthy('simulated');
  }

  /**
   * The culprit as given; its neighbours run once containers have started, and wait until then, and for an init
   * container all the time; those before it are done.
   */
  async #showCulprit(picture: ContainerPicture, culprit = this.#behaviour.culprit): Promise<void> {
    const init = this.#world.pod().spec.initContainers ?? [];
    const at = init.findIndex((one) => one.name === culprit.name);
    const initialized = at < 0;
    const hasRun = initialized && this.#world.memory.runningSince !== undefined;
    const neighbour: ContainerPicture = hasRun
      ? { is: 'running', ready: true }
      : { is: 'waiting', reason: initialized ? 'ContainerCreating' : 'PodInitializing' };
    const isDone = (one: Container) => init.indexOf(one) >= 0 && init.indexOf(one) < at;
    await this.#reporter.show({
      phase: hasRun ? 'Running' : 'Pending',
      initialized,
      container: (one) => {
        if (one.name === culprit.name) return picture;
        return isDone(one) ? { is: 'terminated', exitCode: 0, reason: 'Completed' } : neighbour;
      },
    });
  }

  async #tellStarted(): Promise<void> {
    for (const container of this.#world.pod().spec.containers) {
      await this.#reporter.note(
        'Pulled',
        `Container image "${container.image}" already present on machine`,
        container,
      );
      await this.#reporter.note('Started', `Started container ${container.name}`, container);
    }
  }

  async #tellUnhealthy(why: string): Promise<void> {
    await this.#reporter.warn('Unhealthy', `Readiness probe failed: ${why}`, this.#behaviour.culprit);
  }

  #isCulprit(container: Container): boolean {
    return container.name === this.#behaviour.culprit.name;
  }

  #badEnd(): ContainerEnd {
    const { mode, exitCode, message } = this.#behaviour;
    if (mode !== 'start-error')
      return { is: 'terminated', exitCode, reason: mode === 'oom' ? 'OOMKilled' : 'Error' };
    return {
      is: 'terminated',
      exitCode,
      reason: 'StartError',
      message:
        message ??
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nope": executable file not found in $PATH: unknown',
    };
  }

  #endsForGood(): boolean {
    const { restartPolicy } = this.#world.pod().spec;
    return restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && this.#behaviour.mode === 'fail');
  }

  #isFinite(): boolean {
    const pod = this.#world.pod();
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    return owner?.kind === 'Job' || pod.spec.restartPolicy !== 'Always';
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#world.signal });
  }
}

/** Rejects when `signal` aborts first. */
async function untilAborted(awaited: AbortSignal, signal: AbortSignal): Promise<void> {
  if (!awaited.aborted) await once(awaited, 'abort', { signal });
}
