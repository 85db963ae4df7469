import type { TaskContext } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { containerStatuses } from '../failure/pod-symptoms.js';
import { mappingOf, textOf } from '../readiness/readiness.js';
import type { RunContext } from './run-context.js';

/** Passes the logs of a job's pods on as progress, line by line, each container once. */
export interface LogFollower {
  /** Starts with the containers of these pods that have started. */
  follow(pods: readonly KubeObject[]): void;
  /** Resolves when the last lines have come, or soon. */
  finish(): Promise<void>;
}

/** Logs of a container that has ended come at once; a stream that stays open longer has lost its end. */
const lastLinesMs = 2_000;

export function createLogFollower(context: RunContext, task: TaskContext): LogFollower {
  const followed = new Map<string, Promise<void>>();
  const ending = new AbortController();

  async function followContainer(pod: KubeObject, container: string): Promise<void> {
    const { name, namespace = context.namespace } = pod.metadata;
    const signal = AbortSignal.any([ending.signal, task.signal]);
    const opened = await context.cluster.logs({ namespace, pod: name, container, follow: true, signal });
    if (!opened.ok) return;
    for await (const line of opened.value) {
      if (task.signal.aborted) return;
      task.progress({ phase: 'wait', message: context.redactor.redact(line) });
    }
  }

  return {
    follow(pods) {
      for (const pod of pods) {
        for (const status of containerStatuses(pod)) {
          const container = textOf(status, 'name');
          const key = `${pod.metadata.uid ?? ''}/${container}`;
          if (!hasStarted(status) || followed.has(key)) continue;
          followed.set(key, followContainer(pod, container));
        }
      }
    },
    async finish() {
      const { clock } = context;
      const timer = new AbortController();
      await Promise.race([
        Promise.all(followed.values()),
        clock.until(clock.now() + lastLinesMs, timer.signal),
      ]);
      timer.abort();
      ending.abort();
    },
  };
}

function hasStarted(status: Parameters<typeof mappingOf>[0]): boolean {
  const state = mappingOf(status, 'state');
  return state['running'] !== undefined || state['terminated'] !== undefined;
}
