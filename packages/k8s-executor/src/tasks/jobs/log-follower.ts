import type { TaskContext } from '@flotilla/core';
import { mappingOf, numberOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { logLinesKept, type FoundLog } from '../../failure/collect-evidence.js';
import { containerStatuses } from '../../failure/pod-symptoms.js';
import type { RunContext } from '../run-context.js';

/** Passes on what a job's containers print, line by line, every run of a container once. */
export interface LogFollower {
  /** Starts with the containers of these pods that have started; to be called whenever they change. */
  follow(pods: readonly KubeObject[]): void;
  /** Resolves when the last lines have come, or soon: no log holds up a run. */
  finish(): Promise<void>;
  /** The last lines of each container, those heard last first: they stay when pods and their logs are gone. */
  heard(): readonly FoundLog[];
}

export function createLogFollower(context: RunContext, task: TaskContext): LogFollower {
  return new ContainerLogs(context, task);
}

/** Logs of a container that has ended come at once; a stream that stays open longer has lost its end. */
const lastLinesMs = 2_000;
const reopenFirstMs = 500;
const reopenMaxMs = 8_000;

/** One run of a container, from one restart to the next. */
interface ContainerRun {
  readonly pod: KubeObject;
  readonly container: string;
  readonly restarts: number;
}

class ContainerLogs implements LogFollower {
  readonly #context: RunContext;
  readonly #task: TaskContext;
  readonly #followed = new Map<string, Promise<void>>();
  /** What the last look at its pod told of a container. */
  readonly #newest = new Map<string, JsonObject>();
  readonly #tails = new Map<string, FoundLog>();
  /** Aborted when the job has ended: no more waiting, one last look at each log. */
  readonly #lastLook = new AbortController();
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;

  constructor(context: RunContext, task: TaskContext) {
    this.#context = context;
    this.#task = task;
    this.#signal = AbortSignal.any([this.#ending.signal, task.signal]);
  }

  follow(pods: readonly KubeObject[]): void {
    for (const pod of pods) {
      for (const status of containerStatuses(pod)) {
        const run = { pod, container: textOf(status, 'name'), restarts: numberOf(status, 'restartCount') };
        this.#newest.set(containerKey(run), status);
        if (!hasStarted(status) || this.#followed.has(runKey(run))) continue;
        this.#followed.set(runKey(run), this.#followRun(run));
      }
    }
  }

  async finish(): Promise<void> {
    const { clock } = this.#context;
    const timer = new AbortController();
    this.#lastLook.abort();
    await Promise.race([
      Promise.all(this.#followed.values()),
      clock.until(clock.now() + lastLinesMs, timer.signal),
    ]);
    timer.abort();
    this.#ending.abort();
  }

  heard(): readonly FoundLog[] {
    return [...this.#tails.values()].reverse();
  }

  /** A stream that breaks while its container runs is opened again, and goes on where it broke. */
  async #followRun(run: ContainerRun): Promise<void> {
    const { clock } = this.#context;
    let seen = 0;
    let waitMs = reopenFirstMs;
    for (;;) {
      const before = seen;
      const isLast = this.#lastLook.signal.aborted || this.#stageOf(run) !== 'running';
      seen = await this.#read(run, seen);
      if (isLast || this.#signal.aborted) return;
      waitMs = seen > before ? reopenFirstMs : Math.min(2 * waitMs, reopenMaxMs);
      await clock.until(clock.now() + waitMs, AbortSignal.any([this.#signal, this.#lastLook.signal]));
    }
  }

  /** Passes on what is new; resolves with the number of lines that the log has had so far. */
  async #read(run: ContainerRun, seen: number): Promise<number> {
    const { pod, container } = run;
    const { cluster, namespace: ownNamespace, redactor, secrets } = this.#context;
    const { name, namespace = ownNamespace } = pod.metadata;
    await secrets.learn([pod]);
    // Once the container has been started again, its log is that of another run.
    const which = this.#stageOf(run) === 'restarted' ? { previous: true } : { follow: true };
    const opened = await cluster.logs({ namespace, pod: name, container, signal: this.#signal, ...which });
    if (!opened.ok) return seen;
    let lines = 0;
    for await (const line of opened.value) {
      if (this.#signal.aborted) return seen;
      lines += 1;
      if (lines > seen) this.#pass(run, redactor.redact(line));
    }
    return Math.max(seen, lines);
  }

  #pass(run: ContainerRun, line: string): void {
    const { container } = run;
    const pod = run.pod.metadata.name;
    this.#task.log({ pod, container, line });
    const key = runKey(run);
    const lines = [...(this.#tails.get(key)?.lines ?? []), line].slice(-logLinesKept);
    // Set anew, so that the one heard last is the last of the map.
    this.#tails.delete(key);
    this.#tails.set(key, { pod, container, previous: false, lines });
  }

  /** As far as the last look at its pod tells. */
  #stageOf(run: ContainerRun): 'running' | 'ended' | 'restarted' {
    const status = this.#newest.get(containerKey(run)) ?? {};
    if (numberOf(status, 'restartCount') !== run.restarts) return 'restarted';
    return stateOf(status)['running'] === undefined ? 'ended' : 'running';
  }
}

function containerKey({ pod, container }: ContainerRun): string {
  return `${pod.metadata.uid ?? pod.metadata.name}/${container}`;
}

function runKey(run: ContainerRun): string {
  return `${containerKey(run)}/${String(run.restarts)}`;
}

function stateOf(status: JsonObject): JsonObject {
  return mappingOf(status, 'state');
}

function hasStarted(status: JsonObject): boolean {
  return stateOf(status)['running'] !== undefined || stateOf(status)['terminated'] !== undefined;
}
