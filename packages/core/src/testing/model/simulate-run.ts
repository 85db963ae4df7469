import { readModelWorkflow, type ModelTask, type ModelWorkflow } from './model-tasks.js';
import type { WrittenFile, WrittenRehearsal } from '../written-file.js';

/** What semantics.md says a run comes to. Times are milliseconds. */
export interface ModelRun {
  readonly outcome: string;
  readonly exitCode: number;
  readonly endsAt: number;
  /** In file order: [task, starts or null, settles, outcome in the end, recovers or null]. */
  readonly tasks: readonly (readonly [string, number | null, number, string, number | null])[];
  /** When each step opened; null for one that did not. */
  readonly opened: readonly (number | null)[];
}

/**
 * A second, naive reading of semantics.md §2, written from its prose and sharing no code with the product: no graph, no
 * gates, no queues; at every instant it looks at everything again. Undefined when the run comes to a standstill, which
 * means that the workflow goes in a circle.
 */
export function simulateRun(
  file: WrittenFile,
  rehearsal: WrittenRehearsal,
  concurrency = Infinity,
): ModelRun | undefined {
  return new Simulation(readModelWorkflow(file), rehearsal, concurrency).run();
}

interface Run {
  readonly task: ModelTask;
  startedAt: number | null;
  /** When it will settle, and how, if nothing cuts it off. */
  endsAt: number;
  ending: 'succeeded' | 'failed' | 'timed-out';
  settledAt: number | null;
  outcome: string;
}

class Simulation {
  readonly #stepNames: readonly string[];
  readonly #runs: readonly Run[];
  readonly #rehearsal: WrittenRehearsal;
  readonly #concurrency: number;
  readonly #opened: (number | null)[];
  readonly #chains = new Map<Run, number>();

  constructor({ stepNames, tasks }: ModelWorkflow, rehearsal: WrittenRehearsal, concurrency: number) {
    this.#stepNames = stepNames;
    this.#rehearsal = rehearsal;
    this.#concurrency = concurrency;
    this.#opened = stepNames.map(() => null);
    this.#runs = tasks.map((task) => ({
      task,
      startedAt: null,
      endsAt: Infinity,
      ending: 'succeeded',
      settledAt: null,
      outcome: 'waiting',
    }));
  }

  run(): ModelRun | undefined {
    for (let now = 0; ; now = this.#nextInstant()) {
      if (now === Infinity) return undefined;
      // What takes no time settles as it starts, so an instant may have several rounds.
      for (let started = true; started;) {
        const culprit = this.#settleWhatEnds(now);
        if (culprit !== undefined) return this.#cutOff(now, culprit);
        this.#openSteps(now);
        if (this.#runs.every(({ settledAt }) => settledAt !== null)) return this.#result(now, false);
        started = this.#startWhatMay(now);
      }
    }
  }

  #settleWhatEnds(now: number): Run | undefined {
    let culprit: Run | undefined;
    for (const run of this.#runs) {
      if (run.settledAt !== null || run.endsAt > now) continue;
      run.settledAt = now;
      run.outcome = run.ending;
      if (run.task.haltOnError && run.ending !== 'succeeded') culprit ??= run;
    }
    return culprit;
  }

  #cutOff(now: number, culprit: Run): ModelRun {
    for (const run of this.#runs) {
      if (run.settledAt !== null) continue;
      run.settledAt = now;
      run.outcome =
        run.startedAt === null ? `skipped by ${culprit.task.id}` : `cancelled by ${culprit.task.id}`;
    }
    return this.#result(now, true);
  }

  // Rules 1 and 4.
  #openSteps(now: number): void {
    this.#opened.forEach((opened, step) => {
      if (
        opened === null &&
        (step === 0 || (this.#opened[step - 1] !== null && this.#waitedForSettled(step - 1)))
      )
        this.#opened[step] = now;
    });
  }

  #waitedForSettled(step: number): boolean {
    return this.#runs.every(
      ({ task, settledAt }) => task.step !== step || !task.waitForFinish || settledAt !== null,
    );
  }

  // Rule 2: the longest chain first, ties in file order, as many as there are slots.
  #startWhatMay(now: number): boolean {
    let started = false;
    for (;;) {
      const inFlight = this.#runs.filter(
        ({ startedAt, settledAt }) => startedAt !== null && settledAt === null,
      );
      const free = this.#runs.filter(
        (run) => run.startedAt === null && run.settledAt === null && this.#mayStart(run),
      );
      if (inFlight.length >= this.#concurrency || free.length === 0) return started;
      const next = inFlight.length + free.length <= this.#concurrency ? free[0] : this.#mostUrgent(free);
      if (next === undefined) return started;
      this.#start(next, now);
      started = true;
    }
  }

  #mostUrgent(free: readonly Run[]): Run | undefined {
    const longest = Math.max(...free.map((run) => this.#chain(run)));
    return free.find((run) => this.#chain(run) === longest);
  }

  #start(run: Run, now: number): void {
    const { task } = run;
    const { takesMs, fails } = this.#behaviour(task);
    run.startedAt = now;
    const verdictAt = now + (fails === undefined ? takesMs : takesMs * task.attempts);
    const timeoutAt = now + task.timeoutMs;
    run.endsAt = Math.min(verdictAt, timeoutAt);
    run.ending = verdictAt > timeoutAt ? 'timed-out' : fails === undefined ? 'succeeded' : 'failed';
  }

  // Rules 1, 3 and 5.
  #mayStart({ task }: Run): boolean {
    if (task.needs !== undefined) return task.needs.every((name) => this.#hasSettled(name));
    return (
      this.#opened[task.step] !== null && this.#holding(task).every(({ settledAt }) => settledAt !== null)
    );
  }

  #holding(task: ModelTask): readonly Run[] {
    return this.#runs.filter(
      (other) => task.dependsOn.includes(other.task.id) && other.task.step <= task.step,
    );
  }

  #hasSettled(name: string): boolean {
    const step = this.#stepNames.indexOf(name);
    const one = this.#runs.find(({ task }) => task.id === name);
    if (one !== undefined) return one.settledAt !== null;
    const members = this.#runs.filter(({ task }) => task.step === step);
    // Rule 12: a step with nothing in it settles as it opens.
    if (members.length === 0) return this.#opened[step] !== null;
    return members.every(({ settledAt }) => settledAt !== null);
  }

  // Its own expected duration plus the longest chain behind it.
  #chain(run: Run): number {
    const known = this.#chains.get(run);
    if (known !== undefined) return known;
    const behind = this.#runs
      .filter((other) => this.#waitsFor(other.task, run.task))
      .map((other) => this.#chain(other));
    const chain = this.#behaviour(run.task).takesMs + Math.max(0, ...behind);
    this.#chains.set(run, chain);
    return chain;
  }

  #waitsFor(later: ModelTask, earlier: ModelTask): boolean {
    if (later.needs === undefined)
      return (
        this.#opensAfter(later.step, earlier) ||
        (later.dependsOn.includes(earlier.id) && earlier.step <= later.step)
      );
    return later.needs.some((name) => {
      if (name === earlier.id) return true;
      const step = this.#stepNames.indexOf(name);
      if (step === -1) return false;
      const empty = !this.#runs.some(({ task }) => task.step === step);
      return empty ? this.#opensAfter(step, earlier) : earlier.step === step;
    });
  }

  #opensAfter(step: number, earlier: ModelTask): boolean {
    return earlier.step < step && earlier.waitForFinish;
  }

  #behaviour({ id }: ModelTask) {
    const [section] = id.split('.');
    const takesMs = section === 'jobs' || section === 'charts' ? 60_000 : 30_000;
    return this.#rehearsal[id] ?? { takesMs, fails: undefined, healsMs: undefined };
  }

  #nextInstant(): number {
    return Math.min(...this.#runs.filter(({ settledAt }) => settledAt === null).map(({ endsAt }) => endsAt));
  }

  // Rule 6 and section 3.
  #result(endsAt: number, halted: boolean): ModelRun {
    const tasks = this.#runs.map((run) => {
      const recoversAt = this.#recoversAt(run, endsAt);
      const outcome = recoversAt === null ? run.outcome : 'recovered';
      return [run.task.id, run.startedAt, run.settledAt ?? NaN, outcome, recoversAt] as const;
    });
    const broken = tasks.some(([, , , outcome]) => outcome === 'failed' || outcome === 'timed-out');
    const [outcome, exitCode] = halted
      ? (['halted', 1] as const)
      : broken
        ? (['degraded', 2] as const)
        : (['succeeded', 0] as const);
    return { outcome, exitCode, endsAt, tasks, opened: this.#opened };
  }

  #recoversAt({ task, outcome, startedAt, settledAt }: Run, endsAt: number): number | null {
    const isError = outcome === 'failed' || outcome === 'timed-out';
    if (!isError || !/^(services|charts)\./.test(task.id)) return null;
    const { takesMs, fails, healsMs } = this.#behaviour(task);
    const readyMs = fails === undefined ? takesMs : healsMs;
    if (readyMs === undefined || startedAt === null || settledAt === null) return null;
    const at = Math.max(startedAt + readyMs, settledAt);
    return at <= endsAt ? at : null;
  }
}
