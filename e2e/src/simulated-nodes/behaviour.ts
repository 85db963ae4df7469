import type { NodeSettings } from './settings.js';
import type { Container, Pod } from './pod.js';

/**
 * What can go wrong with a pod on request. `ok` and `never-ready` run; `crash-loop`, `oom`, `start-error` and `fail`
 * run and end; `evicted` is ended by its node.
 */
export type Mode =
  | 'ok'
  | 'never-ready'
  | 'stuck-creating'
  | 'image-pull'
  | 'config-error'
  | 'crash-loop'
  | 'oom'
  | 'start-error'
  | 'fail'
  | 'evicted';

/** How a pod is to behave, read from its annotations and images. */
export interface Behaviour {
  readonly mode: Mode;
  /** The container that misbehaves. */
  readonly culprit: Container;
  /** How often it ends badly before it behaves; infinite by default. */
  readonly failTimes: number;
  readonly exitCode: number;
  readonly startMs: number;
  readonly readyMs: number;
  readonly runMs: number;
  readonly terminateMs: number;
  /** A container that is to end badly runs on until somebody has followed its log to the end. */
  readonly runsUntilRead: boolean;
  /** A ready pod turns unready again after this long. */
  readonly unreadyAfterMs: number | undefined;
  /** What its log holds. */
  readonly logs: string;
  /** Between the lines of a log that is followed; 0 for a log that is all there. */
  readonly logMs: number;
  /** How the stream of a followed log breaks: it is cut after its first line, or it never ends. */
  readonly logFault: 'cut' | 'hang' | undefined;
  /** The runtime's own words for why it fails; undefined for the usual ones. */
  readonly message: string | undefined;
}

const modes: ReadonlySet<string> = new Set<Mode>([
  'ok',
  'never-ready',
  'stuck-creating',
  'image-pull',
  'config-error',
  'crash-loop',
  'oom',
  'start-error',
  'fail',
  'evicted',
]);

/**
 * Reads `lab.fake/mode`, `container`, `fail-times`, `fail-pods`, `exit-code`, `message`, `logs`, `log-ms`, `log-fault`,
 * `start-ms`, `ready-ms`, `run-ms`, `until-read`, `terminate-ms` and `unready-after-ms`. An image from a registry whose host ends in
 * `.invalid` cannot be pulled, whatever the annotations say. An unknown mode is `ok`. `siblings` counts the pods of the
 * same controller that came before: with `fail-pods: 2` only the first two misbehave.
 */
export function behaviourOf(pod: Pod, settings: NodeSettings, siblings = 0): Behaviour {
  const annotation = (name: string) => annotationOf(pod, name);
  const ms = (name: string, otherwise: number) => Number(annotation(`${name}-ms`) ?? otherwise);
  const unpullable = allContainers(pod).find(({ image }) => /^[^/]*\.invalid(:\d+)?\//.test(image));
  const well = siblings >= Number(annotation('fail-pods') ?? Infinity);
  const mode = well ? 'ok' : unpullable === undefined ? parseMode(annotation('mode')) : 'image-pull';
  const unreadyAfter = annotation('unready-after-ms');
  return {
    mode,
    culprit: unpullable ?? namedContainer(pod, annotation('container')),
    failTimes: Number(annotation('fail-times') ?? Infinity),
    exitCode: Number(annotation('exit-code') ?? usualExitCodes[mode] ?? 1),
    startMs: ms('start', settings.startMs),
    readyMs: ms('ready', settings.readyMs),
    runMs: ms('run', settings.runMs),
    runsUntilRead: annotation('until-read') !== undefined,
    terminateMs: ms('terminate', settings.terminateMs),
    unreadyAfterMs: unreadyAfter === undefined ? undefined : Number(unreadyAfter),
    logs: annotation('logs') ?? defaultLogs(pod, mode),
    logMs: ms('log', 0),
    logFault:
      annotation('log-fault') === 'cut' ? 'cut' : annotation('log-fault') === 'hang' ? 'hang' : undefined,
    message: annotation('message'),
  };
}

const usualExitCodes: Readonly<Partial<Record<Mode, number>>> = { oom: 137, 'start-error': 128 };

/** `lab.fake/<name>` of any object; undefined when it is not there. */
export function annotationOf(
  object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } },
  name: string,
): string | undefined {
  return object.metadata.annotations?.[`lab.fake/${name}`];
}

/** True for modes in which containers start and then end badly. */
export function endsBadly(mode: Mode): boolean {
  return mode === 'crash-loop' || mode === 'oom' || mode === 'start-error' || mode === 'fail';
}

function parseMode(text: string | undefined): Mode {
  return text !== undefined && modes.has(text) ? (text as Mode) : 'ok';
}

function allContainers(pod: Pod): readonly Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
}

function namedContainer(pod: Pod, name: string | undefined): Container {
  const container = allContainers(pod).find((one) => one.name === name) ?? pod.spec.containers[0];
  if (container === undefined) throw new Error('Bug: the API server let a pod without containers in');
  return container;
}

function defaultLogs(pod: Pod, mode: Mode): string {
  return endsBadly(mode) ? `simulated failure of ${pod.metadata.name}` : `started ${pod.metadata.name}`;
}
