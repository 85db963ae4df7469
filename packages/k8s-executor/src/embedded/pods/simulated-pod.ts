import { listOf, mappingOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { later } from '../controllers/world.js';
import type { World } from '../controllers/world.js';
import type { PodScript } from './behaviour.js';
import { printPodStatus, running, terminated, waiting } from './pod-status.js';
import type { ContainerState, PodStatus } from './pod-status.js';

export const nodeName = 'embedded-0';
const BACKOFF_MS = { first: 1_000, longest: 60_000, retry: 1_000 };

/** Plays the kubelet for one pod, from the node it lands on to its end. */
export class SimulatedPod {
  readonly #world: World;
  readonly #pod: KubeObject;
  readonly #script: PodScript;
  readonly #ip: string;
  readonly #bornMs: number;
  readonly #ending = new AbortController();
  readonly #stopListeners = new Set<() => void>();
  #crashes = 0;
  #lastState: JsonObject | undefined;
  #runningSince = '';
  #log: string[] = [];
  #previousLog: string[] | undefined;
  #isDone = false;

  constructor(world: World, pod: KubeObject, parts: { readonly script: PodScript; readonly ip: string }) {
    this.#world = world;
    this.#pod = pod;
    this.#script = parts.script;
    this.#ip = parts.ip;
    this.#bornMs = world.clock.now();
  }

  begin(): void {
    if (this.#script.mode === 'unschedulable' && !this.#isHealed()) {
      this.#failToSchedule();
      return;
    }
    const { lifecycle, kinds } = this.#world;
    lifecycle.change(kinds.builtIn('pods'), this.#pod, (live) => ({
      ...live,
      spec: { ...part(live, 'spec'), nodeName },
    }));
    const { namespace = '', name } = this.#pod.metadata;
    this.#tell('Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`, {
      component: 'default-scheduler',
    });
    this.#create();
  }

  /** The pod is being deleted: it stops after its time. */
  stop(graceSeconds: number): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#tell('Normal', 'Killing', `Stopping container ${this.#script.container}`, {
      container: this.#script.container,
    });
    later(this.#world, Math.min(this.#script.terminateMs, graceSeconds * 1000), () => {
      const { store, lifecycle, kinds } = this.#world;
      const live = store.get(kinds.builtIn('pods'), this.#pod.metadata.namespace, this.#pod.metadata.name);
      if (live?.metadata.uid !== this.#pod.metadata.uid || live === undefined) return;
      lifecycle.delete(kinds.builtIn('pods'), live, { propagation: 'Background', graceSeconds: 0 });
    });
  }

  /** The pod is gone. */
  drop(): void {
    this.#ending.abort();
    this.#finishLogs();
  }

  /** What a container has written; undefined before it has run. */
  logs(previous: boolean): readonly string[] | undefined {
    if (previous) return this.#previousLog;
    return this.#runningSince === '' ? undefined : this.#log;
  }

  /** Why a container has no logs yet. */
  waitReason(): string {
    return this.#mode() === 'image-pull' ? 'trying and failing to pull image' : 'ContainerCreating';
  }

  get isDone(): boolean {
    return this.#isDone || this.#ending.signal.aborted;
  }

  /** Calls back when nothing more will be written. */
  onFinished(listener: () => void): () => void {
    this.#stopListeners.add(listener);
    return () => this.#stopListeners.delete(listener);
  }

  #create(): void {
    const hasInit = listOf(part(this.#pod, 'spec'), 'initContainers').length > 0;
    this.#write({
      phase: 'Pending',
      areInitialized: !hasInit,
      container: () => waiting(hasInit ? 'PodInitializing' : 'ContainerCreating'),
    });
    const mode = this.#mode();
    if (mode === 'stuck-creating') {
      this.#tell('Warning', 'FailedMount', 'MountVolume.SetUp failed for volume "data" : simulated');
      this.#healInto(() => {
        this.#run();
      });
    } else if (mode === 'config-error') {
      this.#after(this.#script.startMs, () => {
        this.#failToConfigure();
      });
    } else if (mode === 'image-pull') {
      this.#after(this.#script.startMs, () => {
        this.#failToPull(0);
      });
    } else {
      this.#after(this.#script.startMs, () => {
        this.#run();
      });
    }
  }

  #failToSchedule(): void {
    const { lifecycle, kinds, time } = this.#world;
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
    lifecycle.change(kinds.builtIn('pods'), this.#pod, (live) => ({
      ...live,
      status: {
        ...part(live, 'status'),
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message,
            lastProbeTime: null,
            lastTransitionTime: time.timestamp(),
          },
        ],
      },
    }));
    this.#tell('Warning', 'FailedScheduling', message, { component: 'default-scheduler' });
    this.#healInto(() => {
      this.begin();
    });
  }

  #failToConfigure(): void {
    const message = 'configmap "simulated" not found';
    const { container } = this.#script;
    this.#write({
      phase: 'Pending',
      container: (name) =>
        name === container ? waiting('CreateContainerConfigError', message) : waiting('ContainerCreating'),
    });
    this.#tell('Warning', 'Failed', `Error: ${message}`, { container });
    this.#healInto(() => {
      this.#run();
    });
  }

  #failToPull(tries: number): void {
    if (this.#mode() !== 'image-pull') {
      this.#run();
      return;
    }
    const { container } = this.#script;
    const spec = part(this.#pod, 'spec');
    const isInit = listOf(spec, 'initContainers').some((each) => each['name'] === container);
    const all = [...listOf(spec, 'containers'), ...listOf(spec, 'initContainers')];
    const image = textOf(all.find((each) => each['name'] === container) ?? {}, 'image');
    const message = `failed to pull and unpack image "${image}": not found`;
    const others = waiting(isInit ? 'PodInitializing' : 'ContainerCreating');
    const show = (state: ContainerState) => {
      this.#write({
        phase: 'Pending',
        areInitialized: !isInit,
        container: (name) => (name === container ? state : others),
      });
    };
    show(waiting('ErrImagePull', message));
    this.#tell('Warning', 'Failed', `Failed to pull image "${image}": ${message}`, { container });
    this.#after(this.#world.behaviour.scaled(BACKOFF_MS.retry), () => {
      show(waiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`));
      this.#tell('Normal', 'BackOff', `Back-off pulling image "${image}"`, { container });
      this.#after(this.#backoffMs(tries), () => {
        this.#failToPull(tries + 1);
      });
    });
  }

  #run(): void {
    const { container, runMs, readyMs } = this.#script;
    const spec = part(this.#pod, 'spec');
    this.#runningSince = this.#world.time.timestamp();
    if (this.#crashes === 0) {
      for (const each of listOf(spec, 'containers')) {
        const name = textOf(each, 'name');
        this.#tell(
          'Normal',
          'Pulled',
          `Container image "${textOf(each, 'image')}" already present on machine`,
          { container: name },
        );
        this.#tell('Normal', 'Started', `Started container ${name}`, { container: name });
      }
    }
    const mode = this.#mode();
    this.#log = this.#writeLog(mode);
    const isBad = (name: string) => name === container;
    if (mode === 'bad-command') {
      this.#crash(mode);
    } else if (mode === 'crash-loop' || mode === 'oom' || mode === 'fail') {
      this.#write({ phase: 'Running', container: (name) => running(this.#runningSince, !isBad(name)) });
      this.#after(runMs, () => {
        this.#crash(mode);
      });
    } else if (textOf(spec, 'restartPolicy') !== 'Always') {
      this.#write({ phase: 'Running', ready: true, container: () => running(this.#runningSince, true) });
      this.#after(runMs, () => {
        this.#succeed();
      });
    } else if (mode === 'never-ready') {
      this.#write({ phase: 'Running', container: (name) => running(this.#runningSince, !isBad(name)) });
      this.#tell('Warning', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
        container,
      });
      this.#healInto(() => {
        this.#becomeReady();
      });
    } else {
      if (readyMs > 0) this.#write({ phase: 'Running', container: () => running(this.#runningSince, false) });
      this.#after(readyMs, () => {
        this.#becomeReady();
      });
    }
  }

  #becomeReady(): void {
    this.#write({ phase: 'Running', ready: true, container: () => running(this.#runningSince, true) });
  }

  #succeed(): void {
    const now = this.#world.time.timestamp();
    const ended = terminated(0, 'Completed', { startedAt: this.#runningSince, finishedAt: now });
    this.#write({ phase: 'Succeeded', done: 'PodCompleted', container: () => ended });
    this.#finish();
  }

  #crash(mode: PodScript['mode']): void {
    const { container, exitCode } = this.#script;
    const times = { startedAt: this.#runningSince, finishedAt: this.#world.time.timestamp() };
    const [command = 'command'] = listOf(part(this.#pod, 'spec'), 'containers').flatMap((each) =>
      commandOf(each),
    );
    const ended =
      mode === 'bad-command'
        ? terminated(128, 'StartError', {
            ...times,
            message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${command}": executable file not found in $PATH: unknown`,
          })
        : terminated(exitCode, mode === 'oom' ? 'OOMKilled' : 'Error', times);
    this.#previousLog = this.#log;
    const policy = textOf(part(this.#pod, 'spec'), 'restartPolicy');
    const isBad = (name: string) => name === container;
    if (policy === 'Never' || (mode === 'fail' && policy === 'OnFailure')) {
      const others = terminated(0, 'Completed', times);
      this.#write({
        phase: 'Failed',
        done: 'PodFailed',
        container: (name) => (isBad(name) ? ended : others),
      });
      this.#finish();
      return;
    }
    const others = running(this.#runningSince, true);
    this.#write({ phase: 'Running', container: (name) => (isBad(name) ? ended : others) });
    this.#lastState = ended.state;
    this.#after(0, () => {
      this.#backOff();
    });
  }

  #backOff(): void {
    const { container } = this.#script;
    const { name, namespace = '', uid = '' } = this.#pod.metadata;
    const waitMs = Math.min(this.#backoffMs(this.#crashes), this.#untilHealedMs());
    const message = `back-off ${Math.round(waitMs / 1000)}s restarting failed container=${container} pod=${name}_${namespace}(${uid})`;
    const others = running(this.#runningSince, true);
    this.#write({
      phase: 'Running',
      container: (each) => (each === container ? waiting('CrashLoopBackOff', message) : others),
    });
    this.#tell('Warning', 'BackOff', `Back-off restarting failed container ${container} in pod ${name}`, {
      container,
    });
    this.#after(waitMs, () => {
      this.#crashes += 1;
      this.#run();
    });
  }

  #finish(): void {
    this.#isDone = true;
    this.#finishLogs();
  }

  #finishLogs(): void {
    for (const listener of this.#stopListeners) listener();
    this.#stopListeners.clear();
  }

  #mode(): PodScript['mode'] {
    return this.#isHealed() ? 'ok' : this.#script.mode;
  }

  #isHealed(): boolean {
    const { healsMs, failTimes } = this.#script;
    return this.#world.clock.now() - this.#bornMs >= healsMs || this.#crashes >= failTimes;
  }

  #healInto(next: () => void): void {
    if (this.#script.healsMs !== Infinity) this.#after(this.#untilHealedMs(), next);
  }

  #untilHealedMs(): number {
    return Math.max(0, this.#bornMs + this.#script.healsMs - this.#world.clock.now());
  }

  #backoffMs(tries: number): number {
    return this.#world.behaviour.scaled(Math.min(BACKOFF_MS.first * 2 ** tries, BACKOFF_MS.longest));
  }

  #writeLog(mode: PodScript['mode']): string[] {
    const { logs, reason } = this.#script;
    const { name } = this.#pod.metadata;
    if (logs !== undefined) return logs.replace(/\n$/, '').split('\n');
    if (mode === 'bad-command') return [];
    const isFailing = mode === 'crash-loop' || mode === 'fail' || mode === 'oom';
    if (!isFailing) return [`started ${name}`];
    return [`simulated failure of ${name}${reason === undefined ? '' : `: ${reason}`}`];
  }

  #after(delayMs: number, action: () => void): void {
    const closing = AbortSignal.any([this.#ending.signal, this.#world.closing]);
    later({ clock: this.#world.clock, closing }, Math.max(0, delayMs), action);
  }

  #write(
    status: Pick<PodStatus, 'phase' | 'container'> &
      Partial<Pick<PodStatus, 'ready' | 'done' | 'areInitialized'>>,
  ): void {
    const { lifecycle, kinds, time } = this.#world;
    const { container } = this.#script;
    lifecycle.change(kinds.builtIn('pods'), this.#pod, (live) => ({
      ...live,
      status: printPodStatus(live, {
        areInitialized: true,
        restarts: (name) => (name === container ? this.#crashes : 0),
        lastState: (name) => (name === container ? this.#lastState : undefined),
        podIP: this.#ip,
        now: time.timestamp(),
        runningSince: this.#runningSince,
        ...status,
      }),
    }));
  }

  #tell(
    type: 'Normal' | 'Warning',
    reason: string,
    ...[message, about = {}]: readonly [string, { readonly container?: string; readonly component?: string }?]
  ): void {
    this.#world.events.record(this.#pod, { type, reason, message, component: 'kubelet', ...about });
  }
}

function commandOf(container: JsonObject): readonly string[] {
  const { command } = mappingOf({ container }, 'container');
  return Array.isArray(command)
    ? command.filter((each): each is string => typeof each === 'string').slice(0, 1)
    : [];
}
