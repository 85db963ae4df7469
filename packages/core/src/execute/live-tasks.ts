import type { Clock } from '../domain/clock.js';
import type { EventSink } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import type { TaskNode } from '../domain/plan.js';
import type { TaskLogLine, TaskProgress, TaskRunner } from '../domain/task-runner.js';
import type { Command, Happening } from '../schedule/turn.js';

/** Carries out a schedule's commands with the task runner, and tells what comes of them. */
export interface LiveTasks {
  readonly perform: (command: Command) => void;
  /** Aborts every try and every watch. */
  stopAll(): void;
  /** Resolves once everything that was started so far has ended; never rejects. */
  ended(): Promise<void>;
}

export interface LiveTasksOptions {
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly sink: EventSink;
  /** When the run began, on the clock. */
  readonly begunAt: number;
  readonly elapsedMs: () => number;
  readonly tell: (happening: Happening) => void;
  /** Told when the runner rejects, which it must not: our own bug. */
  readonly giveUp: (bug: Error) => void;
}

/**
 * The explanation of a timeout is asked for so long before it, at most a quarter of the task's time: so it is there at
 * the very instant, and a slow answer does not hold up the run.
 */
const explainAheadMs = 4_000;

export function createLiveTasks(options: LiveTasksOptions): LiveTasks {
  const { runner, clock, tell, giveUp, begunAt, elapsedMs } = options;
  const tries = new Map<TaskId, AbortController>();
  const watches = new Map<TaskId, AbortController>();
  const clockwork = new Map<TaskId, AbortController>();
  const { launch, ended } = createWork(giveUp);
  const startTry = (task: TaskNode, attempt: number): void => {
    const controller = open(tries, task);
    const { signal } = controller;
    const progress = (told: TaskProgress): void => {
      if (signal.aborted || tries.get(task.id) !== controller) return;
      options.sink({ type: 'task-progressed', at: elapsedMs(), task: task.id, ...told });
    };
    const log = (told: TaskLogLine): void => {
      if (signal.aborted || tries.get(task.id) !== controller) return;
      options.sink({ type: 'task-logged', at: elapsedMs(), task: task.id, ...told });
    };
    launch(task, async () => {
      const verdict = await runner.run(task, { attempt, signal, progress, log });
      if (signal.aborted || tries.get(task.id) !== controller) return;
      tries.delete(task.id);
      const last = verdict.kind !== 'failed' || attempt === task.attemptsMax;
      if (last) close(clockwork, task);
      tell({ kind: 'verdict', task: task.id, attempt, verdict });
    });
  };
  const explainTimeout = (task: TaskNode): void => {
    const { signal } = open(clockwork, task);
    const aheadMs = Math.min(explainAheadMs, task.timeoutMs / 4);
    const askAt = begunAt + elapsedMs() + task.timeoutMs - aheadMs;
    launch(task, async () => {
      await clock.until(askAt, signal);
      if (signal.aborted) return;
      const evidence = await runner.explain(task, aheadMs);
      if (evidence !== undefined) tell({ kind: 'explained', task: task.id, evidence });
    });
  };
  const startWatch = (task: TaskNode): void => {
    const { signal } = open(watches, task);
    launch(task, async () => {
      if (await runner.recovery(task, signal)) tell({ kind: 'recovered', task: task.id });
    });
  };
  return {
    perform: (command) => {
      const { kind, task } = command;
      switch (kind) {
        case 'start':
          if (!clockwork.has(task.id)) explainTimeout(task);
          startTry(task, command.attempt);
          return;
        case 'stop':
          close(tries, task);
          close(clockwork, task);
          return;
        case 'watch':
          startWatch(task);
          return;
        case 'unwatch':
          close(watches, task);
      }
    },
    stopAll: () => {
      for (const controllers of [tries, clockwork, watches])
        for (const controller of controllers.values()) controller.abort();
    },
    ended,
  };
}

// Everything the runner has been asked for and has not ended yet.
function createWork(giveUp: LiveTasksOptions['giveUp']) {
  const running = new Set<Promise<void>>();
  return {
    launch: (task: TaskNode, work: () => Promise<void>): void => {
      const ended = work().catch((error: unknown) => {
        giveUp(runnerBug(task, error));
      });
      running.add(ended);
      void ended.then(() => running.delete(ended));
    },
    ended: async (): Promise<void> => {
      await Promise.all(running);
    },
  };
}

function open(controllers: Map<TaskId, AbortController>, task: TaskNode): AbortController {
  const controller = new AbortController();
  controllers.set(task.id, controller);
  return controller;
}

function close(controllers: Map<TaskId, AbortController>, task: TaskNode): void {
  controllers.get(task.id)?.abort();
  controllers.delete(task.id);
}

function runnerBug(task: TaskNode, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Bug: the task runner rejected for ${task.id}: ${message}`, { cause });
}
