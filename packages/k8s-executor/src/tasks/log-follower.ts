import type { TaskContext } from '@flotilla/core';
import type { JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { containerStatuses } from '../failure/pod-symptoms.js';
import { mappingOf, numberOf, textOf } from '../readiness/readiness.js';
import type { RunContext } from './run-context.js';

/** Passes on what a job's containers print, line by line, every run of a container once. */
export interface LogFollower {
  /** Starts with the containers of these pods that have started; to be called whenever they change. */
  follow(pods: readonly KubeObject[]): void;
  /** Resolves when the last lines have come, or soon: no log holds up a run. */
  finish(): Promise<void>;
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

export function createLogFollower(context: RunContext, task: TaskContext): LogFollower {
  const { clock, redactor } = context;
  const followed = new Map<string, Promise<void>>();
  const newest = new Map<string, JsonObject>();
  /** Aborted when the job has ended: no more waiting, one last look at each log. */
  const lastLook = new AbortController();
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, task.signal]);

  /** Prints what is new; resolves with the number of lines that the log has had so far. */
  async function read(run: ContainerRun, seen: number): Promise<number> {
    const { pod, container } = run;
    const { name, namespace = context.namespace } = pod.metadata;
    // Once the container has been started again, its log is that of another run.
    const which = stageOf(run) === 'restarted' ? { previous: true } : { follow: true };
    const opened = await context.cluster.logs({ namespace, pod: name, container, signal, ...which });
    if (!opened.ok) return seen;
    let lines = 0;
    for await (const line of opened.value) {
      if (signal.aborted) return seen;
      lines += 1;
      if (lines > seen) task.log({ pod: name, container, line: redactor.redact(line) });
    }
    return Math.max(seen, lines);
  }

  /** A stream that breaks while its container runs is opened again, and goes on where it broke. */
  async function followRun(run: ContainerRun): Promise<void> {
    let seen = 0;
    for (let waitMs = reopenFirstMs; ; waitMs = Math.min(2 * waitMs, reopenMaxMs)) {
      const before = seen;
      const isLast = lastLook.signal.aborted || stageOf(run) !== 'running';
      seen = await read(run, seen);
      if (isLast || signal.aborted) return;
      if (seen > before) waitMs = reopenFirstMs;
      await clock.until(clock.now() + waitMs, AbortSignal.any([signal, lastLook.signal]));
    }
  }

  /** As far as the last look at its pod tells. */
  function stageOf({ pod, container, restarts }: ContainerRun): 'running' | 'ended' | 'restarted' {
    const status = newest.get(containerKey(pod, container)) ?? {};
    if (numberOf(status, 'restartCount') !== restarts) return 'restarted';
    return stateOf(status)['running'] === undefined ? 'ended' : 'running';
  }

  return {
    follow(pods) {
      for (const pod of pods) {
        for (const status of containerStatuses(pod)) {
          const run = { pod, container: textOf(status, 'name'), restarts: numberOf(status, 'restartCount') };
          const key = containerKey(pod, run.container);
          newest.set(key, status);
          if (!hasStarted(status) || followed.has(`${key}/${String(run.restarts)}`)) continue;
          followed.set(`${key}/${String(run.restarts)}`, followRun(run));
        }
      }
    },
    async finish() {
      const timer = new AbortController();
      lastLook.abort();
      await Promise.race([
        Promise.all(followed.values()),
        clock.until(clock.now() + lastLinesMs, timer.signal),
      ]);
      timer.abort();
      ending.abort();
    },
  };
}

function containerKey(pod: KubeObject, container: string): string {
  return `${pod.metadata.uid ?? pod.metadata.name}/${container}`;
}

function stateOf(status: JsonObject): JsonObject {
  return mappingOf(status, 'state');
}

function hasStarted(status: JsonObject): boolean {
  return stateOf(status)['running'] !== undefined || stateOf(status)['terminated'] !== undefined;
}
