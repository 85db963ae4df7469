import type { TaskId } from '@flotilla/core';
import type { KubeObject } from '../../cluster/kube-object.js';
import { deploymentLabel, labelValue, taskLabel } from '../../manifest/labels.js';
import { recordLabel, recordLabels, recordName } from '../record-names.js';

/** Where a history is: the deployment's name and its own namespace. */
export interface HistoryPlace {
  readonly deployment: string;
  readonly namespace: string;
}

/** What is known of a good version of a task without reading its objects. */
export interface Revision {
  readonly task: TaskId;
  /** Counts from 1 for each task. */
  readonly number: number;
  readonly run: string;
  readonly workflow: string;
  /** When its run ended, ISO 8601. */
  readonly at: string;
  readonly who: string;
  readonly commit: string | null;
  readonly outcome: string;
  readonly durationMs: number | null;
  /** What the files asked, Secrets' values left out. */
  readonly digest: string;
  /** The names of the tasks that it depended on. */
  readonly dependsOn: readonly TaskId[];
}

/** A revision that is in the cluster. */
export interface StoredRevision extends Revision {
  /** When the API server stored it, by its own clock, ISO 8601 in whole seconds. */
  readonly storedAt: string;
}

/** On the parts of a revision that hold objects: the name of the ControllerRevision that they belong to. */
const revisionLabel = 'flotilla.dev/revision';
const annotation = 'flotilla.dev/';

/** The name of a revision: of its ControllerRevision, and what the names of its further parts begin with. */
export function revisionName({ deployment }: HistoryPlace, task: TaskId, number: number): string {
  const dot = task.indexOf('.');
  return recordName(deployment, task.slice(0, dot), task.slice(dot + 1), String(number));
}

/** The metadata of the objects that a revision is kept in. */
export function revisionMetadata(
  place: HistoryPlace,
  revision: Revision,
  name: string,
): KubeObject['metadata'] {
  const { task, number, dependsOn, commit, durationMs, ...texts } = revision;
  const said = {
    ...texts,
    task,
    revision: String(number),
    'depends-on': dependsOn.join(','),
    ...(commit !== null && { commit }),
    ...(durationMs !== null && { 'duration-ms': String(durationMs) }),
  };
  return {
    name,
    namespace: place.namespace,
    labels: {
      ...recordLabels(place.deployment, 'history'),
      [taskLabel]: labelValue(task),
      [revisionLabel]: String(number),
    },
    annotations: Object.fromEntries(Object.entries(said).map(([key, value]) => [annotation + key, value])),
  };
}

/** Undefined for an object that is no part of a revision of this deployment. */
export function parseRevision(place: HistoryPlace, { metadata }: KubeObject): StoredRevision | undefined {
  const say = (key: string) => metadata.annotations?.[annotation + key];
  const [task, number] = [say('task') as TaskId | undefined, Number(say('revision'))];
  if (task === undefined || !Number.isInteger(number) || number < 1) return undefined;
  if (!metadata.name.startsWith(revisionName(place, task, number))) return undefined;
  const durationMs = Number(say('duration-ms') ?? Number.NaN);
  return {
    task,
    number,
    run: say('run') ?? '',
    workflow: say('workflow') ?? '',
    at: say('at') ?? '',
    who: say('who') ?? '',
    commit: say('commit') ?? null,
    outcome: say('outcome') ?? '',
    durationMs: Number.isFinite(durationMs) ? durationMs : null,
    digest: say('digest') ?? '',
    storedAt: metadata.creationTimestamp ?? '',
    dependsOn: (say('depends-on') ?? '').split(',').filter((each) => each !== '') as TaskId[],
  };
}

/** Selects all parts of all revisions of a deployment. */
export function historySelector({ deployment }: HistoryPlace): string {
  return `${deploymentLabel}=${labelValue(deployment)},${recordLabel}=history`;
}
