import type { Rehearsal, RehearsedTask, TaskId } from '@flotilla/core';
import { listOf, textOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { taskLabel } from '../../manifest/labels.js';
import { controllerOf } from '../store/object-store.js';

export type PodMode =
  | 'ok'
  | 'never-ready'
  | 'stuck-creating'
  | 'image-pull'
  | 'config-error'
  | 'crash-loop'
  | 'oom'
  | 'fail'
  | 'bad-command'
  | 'unschedulable';

/** What becomes of a pod. Times are milliseconds. */
export interface PodScript {
  readonly mode: PodMode;
  readonly startMs: number;
  readonly readyMs: number;
  readonly runMs: number;
  readonly terminateMs: number;
  /** Misbehaves that many times, then behaves. */
  readonly failTimes: number;
  /** Behaves when the pod is this old. */
  readonly healsMs: number;
  readonly exitCode: number;
  /** The container that misbehaves. */
  readonly container: string;
  readonly logs: string | undefined;
  /** The reason in the rehearsal's words, for logs. */
  readonly reason: string | undefined;
}

/** How the cluster's workloads behave: rehearsal file, pod annotations, and how fast time goes. */
export interface Behaviour {
  /** The script of a pod; `ancestors` are the objects that control it, nearest first. */
  scriptOf(pod: KubeObject, ancestors: readonly KubeObject[]): PodScript;
  /** A duration of real life in the cluster's time. */
  scaled(ms: number): number;
}

export interface BehaviourOptions {
  readonly scenario: Rehearsal | undefined;
  /** Durations are divided by this. */
  readonly speed: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export const annotationPrefix = 'lab.fake/';
const DEFAULTS = { startMs: 300, readyMs: 500, runMs: 800, terminateMs: 200 };
const invalidRegistry = /^[^/]*\.invalid(:\d+)?\//;

export function createBehaviour({ scenario, speed, random }: BehaviourOptions): Behaviour {
  const scaled = (ms: number) => ms / speed;
  return {
    scaled,
    scriptOf: (pod, ancestors) => {
      // Between three quarters and five quarters: real pods do not march in step.
      const jitter = 0.75 + random() / 2;
      const base =
        scenario === undefined ? plainScript(pod, jitter) : rehearsedScript(pod, ancestors, scenario);
      const said = annotatedScript(pod, base);
      return {
        ...said,
        startMs: scaled(said.startMs),
        readyMs: scaled(said.readyMs),
        runMs: scaled(said.runMs),
        terminateMs: scaled(said.terminateMs),
        healsMs: scaled(said.healsMs),
      };
    },
  };
}

function plainScript(pod: KubeObject, jitter: number): PodScript {
  return {
    mode: 'ok',
    startMs: DEFAULTS.startMs * jitter,
    readyMs: DEFAULTS.readyMs * jitter,
    runMs: DEFAULTS.runMs * jitter,
    terminateMs: DEFAULTS.terminateMs,
    failTimes: Infinity,
    healsMs: Infinity,
    exitCode: 1,
    container: textOf(listOf(part(pod, 'spec'), 'containers')[0] ?? {}, 'name'),
    logs: undefined,
    reason: undefined,
  };
}

/** The pod of a task: ready, done or failed when the task's time has passed. */
function rehearsedScript(pod: KubeObject, ancestors: readonly KubeObject[], scenario: Rehearsal): PodScript {
  const plain = plainScript(pod, 1);
  const label = [pod, ...ancestors]
    .map(({ metadata }) => metadata.labels?.[taskLabel])
    .find((said) => said !== undefined);
  if (label === undefined) return plain;
  const isJob = ancestors.some(({ kind }) => kind === 'Job');
  const task: RehearsedTask = scenario.tasks.get(label as TaskId) ?? {
    takesMs: scenario.defaults[isJob ? 'job' : label.startsWith('charts.') ? 'chart' : 'service'],
  };
  const startMs = Math.min(DEFAULTS.startMs, task.takesMs / 3);
  const rest = task.takesMs - startMs;
  const timed = {
    ...plain,
    startMs,
    readyMs: rest,
    runMs: rest,
  };
  if (task.fails === undefined) return timed;
  const failing = { ...failureMode(task.fails), healsMs: task.healsMs ?? Infinity, reason: task.fails };
  // A job works until it fails; what should run for ever shows its trouble when the verdict is due, and is ready as it heals.
  return isJob
    ? { ...timed, ...failing }
    : { ...plain, ...failing, startMs: task.takesMs, readyMs: 0, runMs: 0 };
}

/** What a reason in a rehearsal file looks like in a cluster. */
function failureMode(reason: string): Pick<PodScript, 'mode' | 'exitCode'> {
  const exitCode = Number(/exit(?:ed)?(?: with)?(?: code)? (\d+)/i.exec(reason)?.[1] ?? 1);
  const modes: readonly (readonly [RegExp, PodMode, number])[] = [
    [/image|pull/i, 'image-pull', 1],
    [/oom|memory/i, 'oom', 137],
    [/config|secret|missing key/i, 'config-error', 1],
    [/command|executable|start ?error/i, 'bad-command', 128],
    [/unschedulable|no room|insufficient/i, 'unschedulable', 1],
    [/never ready|unready|not ready|probe|timed? ?out/i, 'never-ready', 1],
    [/mount|stuck|creating/i, 'stuck-creating', 1],
    [/crash/i, 'crash-loop', exitCode],
  ];
  const [, mode, code] = modes.find(([pattern]) => pattern.test(reason)) ?? [
    undefined,
    'fail' as const,
    exitCode,
  ];
  return { mode, exitCode: code };
}

const annotatedModes: readonly PodMode[] = [
  'ok',
  'never-ready',
  'stuck-creating',
  'image-pull',
  'config-error',
  'crash-loop',
  'oom',
  'fail',
  'bad-command',
  'unschedulable',
];

/** Annotations `lab.fake/…` on the pod win. */
function annotatedScript(pod: KubeObject, base: PodScript): PodScript {
  const said = (key: string) => pod.metadata.annotations?.[`${annotationPrefix}${key}`];
  const ms = (key: string, fallback: number) => Number(said(`${key}-ms`) ?? fallback);
  const asked = annotatedModes.find((mode) => mode === said('mode'));
  const containers = [
    ...listOf(part(pod, 'spec'), 'containers'),
    ...listOf(part(pod, 'spec'), 'initContainers'),
  ];
  const unpullable = containers.find((container) => invalidRegistry.test(textOf(container, 'image')));
  const mode = unpullable === undefined ? (asked ?? base.mode) : 'image-pull';
  return {
    ...base,
    mode,
    startMs: ms('start', base.startMs),
    readyMs: ms('ready', base.readyMs),
    runMs: ms('run', base.runMs),
    terminateMs: ms('terminate', base.terminateMs),
    failTimes: Number(said('fail-times') ?? base.failTimes),
    exitCode: Number(said('exit-code') ?? (mode === 'oom' ? 137 : base.exitCode)),
    container: unpullable === undefined ? (said('container') ?? base.container) : textOf(unpullable, 'name'),
    logs: said('logs') ?? base.logs,
  };
}

/** The object's controller, and that one's, as far as `find` knows them. */
export function ancestorsOf(
  object: KubeObject,
  find: (reference: {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
  }) => KubeObject | undefined,
): readonly KubeObject[] {
  const owner = controllerOf(object);
  if (owner === undefined) return [];
  const found = find({
    kind: textOf(owner, 'kind'),
    name: textOf(owner, 'name'),
    namespace: object.metadata.namespace ?? '',
  });
  return found === undefined ? [] : [found, ...ancestorsOf(found, find)];
}
