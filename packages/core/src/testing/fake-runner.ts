import type { TaskId } from '../domain/ids.js';
import type { Evidence, Verdict } from '../domain/outcome.js';
import type { TaskContext, TaskRunner } from '../domain/task-runner.js';

/** A try that waits for the test to settle it. */
export interface FakeTry {
  readonly task: TaskId;
  readonly context: TaskContext;
  settle(verdict: Verdict): void;
  /** Breaks the contract: a runner must not reject. */
  reject(error: Error): void;
}

/** A watch for a recovery that waits for the test to answer it. */
export interface FakeWatch {
  readonly task: TaskId;
  readonly signal: AbortSignal;
  answer(ready: boolean): void;
}

export interface FakeRunner {
  readonly runner: TaskRunner;
  /** All tries so far, in the order in which they were started. */
  readonly tries: readonly FakeTry[];
  readonly watches: readonly FakeWatch[];
  /** The last try of the task. Throws when it has not been started. */
  tryOf(task: string): FakeTry;
}

export interface FakeRunnerOptions {
  /** Tries do not end when they are told to stop. Default false. */
  readonly deaf?: boolean;
  readonly explain?: (task: TaskId) => Promise<Evidence | undefined>;
}

/** A runner that does nothing by itself. A try that is told to stop ends as failed, unless it is deaf. */
export function createFakeRunner(options: FakeRunnerOptions = {}): FakeRunner {
  const { deaf = false, explain = () => Promise.resolve(undefined) } = options;
  const tries: FakeTry[] = [];
  const watches: FakeWatch[] = [];
  const runner: TaskRunner = {
    run: ({ id }, context) =>
      new Promise((resolve, reject) => {
        tries.push({ task: id, context, settle: resolve, reject });
        if (deaf) return;
        context.signal.addEventListener('abort', () => {
          resolve({ kind: 'failed', reason: 'stopped' });
        });
      }),
    explain: ({ id }) => explain(id),
    recovery: ({ id }, signal) =>
      new Promise((resolve) => {
        watches.push({ task: id, signal, answer: resolve });
        signal.addEventListener('abort', () => {
          resolve(false);
        });
      }),
  };
  return {
    runner,
    tries,
    watches,
    tryOf: (task) => {
      const last = tries.findLast((one) => one.task === task);
      if (last === undefined) throw new Error(`${task} has not been started`);
      return last;
    },
  };
}
