import { mergePatch, type KubeClient } from '../kube-client/kube-client.js';
import { ignoring, postEvent } from './pod-events.js';
import { pathOf, type Container, type Pod } from './pod.js';
import { podStatus, type ContainerPicture, type PodMemory, type PodPicture } from './pod-status.js';

export interface ReportedPod {
  readonly client: KubeClient;
  readonly memory: PodMemory;
  /** The pod as the API server last told it. */
  readonly pod: () => Pod;
}

/** Tells the API server what becomes of one pod: its status and its events. */
export class PodReporter {
  readonly #reported: ReportedPod;
  #picture: PodPicture | undefined;

  constructor(reported: ReportedPod) {
    this.#reported = reported;
  }

  async show(picture: PodPicture): Promise<void> {
    this.#picture = picture;
    const { client, memory } = this.#reported;
    const pod = this.#reported.pod();
    const body = { metadata: { uid: pod.metadata.uid }, status: podStatus(pod, picture, memory) };
    const path = `${pathOf(pod)}/status`;
    await ignoring([404, 409], client.request({ method: 'PATCH', path, body, contentType: mergePatch }));
  }

  /** Every container alike. */
  async showAll(phase: PodPicture['phase'], picture: ContainerPicture): Promise<void> {
    await this.show({ phase, initialized: true, container: () => picture });
  }

  /** The last picture again: readiness gates, which others open, count in a status. */
  async refresh(): Promise<void> {
    if (this.#picture !== undefined) await this.show(this.#picture);
  }

  async note(reason: string, message: string, container?: Container): Promise<void> {
    await this.#post('Normal', { reason, message, ...(container && { container: container.name }) });
  }

  async warn(reason: string, message: string, container?: Container): Promise<void> {
    await this.#post('Warning', { reason, message, ...(container && { container: container.name }) });
  }

  async #post(
    type: 'Normal' | 'Warning',
    event: { readonly reason: string; readonly message: string; readonly container?: string },
  ): Promise<void> {
    await postEvent(this.#reported.client, this.#reported.pod(), { type, ...event });
  }
}
