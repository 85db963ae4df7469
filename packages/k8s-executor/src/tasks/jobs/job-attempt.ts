import type { KubeObject } from '../../cluster/kube-object.js';

/** On a job: which try of which run it is. A run that is resumed knows by it what it has already tried. */
const attemptAnnotation = 'flotilla.dev/attempt';

/** One try at a job. `series` names the run (see `OpenedJournal`). */
export interface JobAttempt {
  readonly series: string;
  /** From 1. */
  readonly attempt: number;
}

/** The job as this try makes it. Not covered by its digest: what a job does is not changed by who tries it. */
export function withAttempt(object: KubeObject, { series, attempt }: JobAttempt): KubeObject {
  const annotations = {
    ...object.metadata.annotations,
    [attemptAnnotation]: `${series}/${String(attempt)}`,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** True for a job that was made by this try, or by a later one of the same run. */
export function isTried(live: KubeObject, { series, attempt }: JobAttempt): boolean {
  const said = live.metadata.annotations?.[attemptAnnotation] ?? '';
  return said.startsWith(`${series}/`) && Number(said.slice(series.length + 1)) >= attempt;
}
