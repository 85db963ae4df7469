import type { TaskNode } from './plan.js';
import type { Evidence, ObjectReference, Verdict } from './outcome.js';
import type { Phase } from './event.js';

/** What a task tells while it runs. */
export interface TaskProgress {
  readonly phase: Phase;
  readonly message: string;
  readonly objects?: readonly ObjectReference[];
}

/** A line that a container of a job has printed. Holds no secret: it went through the redactor. */
export interface TaskLogLine {
  readonly pod: string;
  readonly container: string;
  /** Without its line break. */
  readonly line: string;
}

/** What one try at a task is given. */
export interface TaskContext {
  /** 1 for the first try. Only jobs have more. */
  readonly attempt: number;
  /** Aborted when the task must stop: its timeout, a halt elsewhere, a signal. The try must then end soon. */
  readonly signal: AbortSignal;
  readonly progress: (progress: TaskProgress) => void;
  /** Passes on what the task's containers print, as it comes. */
  readonly log: (line: TaskLogLine) => void;
}

/**
 * What core knows of Kubernetes: the port through which a run acts. Failures of the world come back as
 * values; a rejected promise is a bug of the runner.
 */
export interface TaskRunner {
  /** One try at a task. After `signal` aborts it resolves soon; what it then says is ignored. */
  run(task: TaskNode, context: TaskContext): Promise<Verdict>;
  /**
   * What there is to say about a task that runs into its timeout; asked `withinMs` milliseconds before its try is
   * aborted. An answer that comes later is lost, so it should then be what is known without asking anybody.
   */
  explain(task: TaskNode, withinMs: number): Promise<Evidence | undefined>;
  /**
   * Watches a service or chart whose task failed or timed out. Resolves true once it is ready, false when
   * `signal` aborts or when it can never be known.
   */
  recovery(task: TaskNode, signal: AbortSignal): Promise<boolean>;
}
