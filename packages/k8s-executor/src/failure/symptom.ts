/**
 * A piece of evidence that a task will not get well, seen at one moment. Whether it fails the task is a matter of
 * how long it lasts: `cannot-heal` fails at once, `heals-sometimes` and `needs-room` after their grace time
 * (execution.md §3). `superseded` is no failure: another version has taken its place, which ends the task at once.
 * `silent` never fails: when it has lasted, the events may tell what is behind it.
 */
export interface Symptom {
  readonly class: 'cannot-heal' | 'heals-sometimes' | 'needs-room' | 'superseded' | 'silent';
  /** The same trouble has the same key, whichever pod shows it. */
  readonly key: string;
  /** How long it must last, in milliseconds; 0 for what cannot heal. */
  readonly graceMs: number;
  /** False while there is too little of it to fail anything, e.g. one crash: only its time runs. */
  readonly conclusive: boolean;
  /** The probable cause, in one sentence without a full stop. */
  readonly cause: string;
  /** What to do about it. */
  readonly advice?: string;
  readonly pod?: string;
  readonly container?: string;
  /** What must be there and is not, as far as a kubelet knows, which may be behind the times. */
  readonly missing?: MissingConfiguration;
}

export interface MissingConfiguration {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key?: string;
}
