import type { RunEvent, RunSettled, TaskId, TaskOutcomeKind } from '@flotilla/core';

/** Keeps what every run has said of its tasks, and holds its later parts to it. */
export interface ReportBook {
  hear(process: string, event: RunEvent): void;
}

interface Run {
  readonly run: string;
  readonly part: number;
  readonly tasks: readonly TaskId[];
  readonly settled: Map<TaskId, TaskOutcomeKind>;
  readonly kept: Set<TaskId>;
}

/**
 * A report covers all parts of a run: it names every task of the plan once, what it keeps is what an earlier part has
 * said of it, and what it keeps is not begun again.
 */
export function createReportBook(onViolation: (message: string) => void): ReportBook {
  const byProcess = new Map<string, Run>();
  const said = new Map<string, ReadonlyMap<TaskId, TaskOutcomeKind>>();

  function checkKept(run: Run, event: Extract<RunEvent, { type: 'task-settled' }>, process: string): void {
    const { task, outcome, kept } = event;
    if (kept === undefined) return;
    run.kept.add(task);
    const before = said.get(`${kept.run}/${String(kept.part)}`)?.get(task);
    if (before !== outcome.kind)
      onViolation(
        `${process} keeps ${task} as ${outcome.kind}, but part ${String(kept.part)} of ${kept.run} said ${before ?? 'nothing'}`,
      );
  }

  function checkReport({ tasks }: Run, settled: RunSettled, process: string): void {
    const told = settled.tasks.map(({ task }) => task);
    if (told.join() !== tasks.join()) onViolation(`${process} reports ${told.join()} of ${tasks.join()}`);
    for (const { task, startedAt, settledAt } of settled.tasks) {
      const isOrdered = (startedAt ?? 0) <= settledAt && settledAt <= settled.at;
      if (!isOrdered) onViolation(`${process} reports times of ${task} that cannot be`);
    }
  }

  function hearLater(run: Run, event: Exclude<RunEvent, { type: 'run-started' }>, process: string): void {
    switch (event.type) {
      case 'task-started':
        if (run.kept.has(event.task)) onViolation(`${process} begins ${event.task} again, which it keeps`);
        return;
      case 'task-settled':
        checkKept(run, event, process);
        run.settled.set(event.task, event.outcome.kind);
        return;
      case 'task-recovered':
        run.settled.set(event.task, 'recovered');
        return;
      case 'run-settled':
        checkReport(run, event, process);
        return;
      case 'step-opened':
      case 'step-settled':
      case 'task-progressed':
      case 'task-logged':
        return;
    }
  }

  return {
    hear(process, event) {
      const known = byProcess.get(process);
      if (event.type !== 'run-started') {
        if (known !== undefined) hearLater(known, event, process);
        return;
      }
      const { run, part = 1, plan } = event;
      const settled = new Map<TaskId, TaskOutcomeKind>();
      byProcess.set(process, { run, part, tasks: plan.tasks.map(({ id }) => id), settled, kept: new Set() });
      said.set(`${run}/${String(part)}`, settled);
    },
  };
}
