import { longestChains } from '../domain/longest-chain.js';
import type { ExpectedRun, RunEvent, RunSettled } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import { isError } from '../domain/outcome.js';
import type { Evidence, TaskOutcome } from '../domain/outcome.js';
import type { Plan, TaskNode } from '../domain/plan.js';
import type { ExpectedDurations } from '../domain/rehearsal.js';
import { fromTheStart, type KeptTask, type Resumption } from '../domain/resumption.js';
import { createDependencyCounts, type Freed } from './dependency-counts.js';
import { cutOff, mayRecover, recovered, timedOut, type CutShort } from './outcomes.js';
import { createPriorityQueue } from '../domain/priority-queue.js';
import { createReadyQueue } from './ready-queue.js';
import { settleRun } from './settle-run.js';
import { createStepProgress } from './step-progress.js';
import { createTaskStates, type SettledTask } from './task-states.js';
import type { Command, Happening, Turn } from './turn.js';

export interface ScheduleOptions {
  /** The run's id, and the cluster it runs against: said in `run-started`. */
  readonly run: string;
  readonly cluster: string;
  /** What the most urgent task is computed from. */
  readonly durations: ExpectedDurations;
  /** How long each task is expected to take in this run, in milliseconds, where that is known: said in `run-started`. */
  readonly expected?: ReadonlyMap<TaskId, number> | undefined;
  /** How many tasks may be in flight; at least 1. Default: no bound. */
  readonly concurrency?: number | undefined;
  /** A degraded run ends with exit code 0. Default false. */
  readonly allowDegraded?: boolean | undefined;
  /** What was done before, by earlier parts of the run or by one that it took over from. Default: nothing. */
  readonly resumption?: Resumption | undefined;
}

/**
 * A run as a state machine: every change of a run's state goes through `advance`, and nothing in here knows promises,
 * clocks or clusters. Whoever drives it carries out the commands and tells what happens.
 */
export interface Schedule {
  /**
   * Moves the run on to `atMs` (milliseconds since it began, never less than before; first 0, or where it is resumed) by what has happened at
   * this instant. Happenings of one instant belong into one call. After a turn with commands call again at the same
   * instant, with what happened at once or with nothing, until a turn has none: an attempt may end as it starts, and
   * whether tasks start or the run halts is decided when all settlings of the instant are known (semantics.md §2).
   */
  advance(atMs: number, happenings: readonly Happening[]): Turn;
  /** When the next of the running tasks times out: `advance` must be called then. Undefined when none runs. */
  nextDeadline(): number | undefined;
}

/** A run of the plan that has not begun. Throws ("Bug: …") for a concurrency that is not a whole number from 1. */
export function createSchedule(plan: Plan, options: ScheduleOptions): Schedule {
  const { concurrency = Infinity } = options;
  if (concurrency !== Infinity && !(Number.isInteger(concurrency) && concurrency >= 1))
    throw new Error(`Bug: ${concurrency} is no concurrency.`);
  const run = new ScheduledRun(plan, options);
  return {
    advance: (atMs, happenings) => run.advance(atMs, happenings),
    nextDeadline: () => run.nextDeadline(),
  };
}

interface Deadline {
  readonly atMs: number;
  readonly order: number;
  readonly task: TaskNode;
}

class ScheduledRun {
  readonly #plan: Plan;
  readonly #options: ScheduleOptions;
  readonly #resumption: Resumption;
  readonly #orderOf: ReadonlyMap<TaskId, number>;
  readonly #states;
  readonly #steps;
  readonly #counts;
  readonly #ready;
  readonly #deadlines = createPriorityQueue<Deadline>(
    (left, right) => left.atMs - right.atMs || left.order - right.order,
  );
  readonly #evidence = new Map<TaskId, Evidence>();
  #begun = false;
  #at = 0;
  #running = 0;
  #unsettled: number;
  #cutShort: CutShort | undefined;
  #settled: RunSettled | undefined;
  #events: RunEvent[] = [];
  #commands: Command[] = [];

  constructor(plan: Plan, options: ScheduleOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#resumption = options.resumption ?? fromTheStart;
    this.#orderOf = new Map(plan.tasks.map(({ id }, order) => [id, order]));
    this.#states = createTaskStates(plan);
    this.#steps = createStepProgress(plan);
    this.#counts = createDependencyCounts(plan);
    const chains = longestChains(plan, options.durations);
    this.#ready = createReadyQueue((task) => ({
      urgencyMs: chains.behind(task.id),
      order: this.#order(task),
    }));
    this.#unsettled = plan.tasks.length;
  }

  advance(atMs: number, happenings: readonly Happening[]): Turn {
    if (atMs < this.#at) throw new Error(`Bug: a run at ${this.#at} ms cannot go back to ${atMs} ms.`);
    this.#at = atMs;
    this.#events = [];
    this.#commands = [];
    if (this.#settled === undefined) this.#takeTurn(happenings);
    return {
      events: this.#events,
      commands: this.#commands,
      ...(this.#settled !== undefined && { settled: this.#settled }),
    };
  }

  nextDeadline(): number | undefined {
    for (let next = this.#deadlines.peek(); next !== undefined; next = this.#deadlines.peek()) {
      if (this.#states.of(next.task.id).status === 'running') return next.atMs;
      this.#deadlines.pop();
    }
    return undefined;
  }

  #takeTurn(happenings: readonly Happening[]): void {
    this.#begin();
    this.#noteEvidence(happenings);
    this.#settleTasks(happenings);
    this.#recoverTasks(happenings);
    this.#noteCancellation(happenings);
    // Something asked for just now may be answered at this very instant, and then it counts.
    const asked = this.#commands.some(({ kind }) => kind === 'start' || kind === 'watch');
    if (!asked) this.#goOn();
  }

  #expectation(): { readonly expected?: ExpectedRun } {
    const { expected, concurrency } = this.#options;
    if (expected === undefined) return {};
    return { expected: { durations: expected, ...(concurrency !== undefined && { concurrency }) } };
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { run, cluster } = this.#options;
    const { part } = this.#resumption;
    const which = part > 1 ? { part } : {};
    const told = { run, cluster, plan: this.#plan, ...which, ...this.#expectation() };
    this.#events.push({ type: 'run-started', at: this.#at, ...told });
    this.#steps.openFirst();
    this.#free(this.#counts.begin());
    for (const task of this.#plan.tasks) {
      const kept = this.#resumption.kept.get(task.id);
      if (kept !== undefined) this.#keep(task, kept);
    }
  }

  #keep(task: TaskNode, { outcome, startedAt, settledAt, by }: KeptTask): void {
    const watched = mayRecover(task, outcome);
    this.#states.change(task.id, {
      status: 'settled',
      startedAt,
      settledAt,
      outcome,
      watched,
      keptFrom: by,
    });
    const kept = { ...by, startedAt, settledAt };
    this.#events.push({
      type: 'task-settled',
      at: this.#at,
      task: task.id,
      step: task.step,
      outcome,
      kept,
    });
    if (watched) this.#commands.push({ kind: 'watch', task });
    this.#steps.settleTask(task);
    this.#unsettled -= 1;
    this.#free(this.#counts.settle(task));
  }

  #noteEvidence(happenings: readonly Happening[]): void {
    for (const happening of happenings)
      if (happening.kind === 'explained') this.#evidence.set(happening.task, happening.evidence);
  }

  #noteCancellation(happenings: readonly Happening[]): void {
    for (const happening of happenings)
      if (happening.kind === 'cancelled') this.#cutShort ??= { kind: 'cancelled', reason: happening.reason };
  }

  // All settlings of the instant in file order, a timeout only where there is no verdict; then the next attempts.
  #settleTasks(happenings: readonly Happening[]): void {
    const results = this.#verdicts(happenings);
    for (const task of this.#dueTasks()) {
      const result = results.get(task);
      if (result === undefined || result === 'again')
        results.set(task, timedOut(task, this.#evidence.get(task.id)));
    }
    const inFileOrder = [...results].toSorted(([left], [right]) => this.#order(left) - this.#order(right));
    for (const [task, result] of inFileOrder) if (result !== 'again') this.#settle(task, result);
    for (const [task, result] of inFileOrder) if (result === 'again') this.#startNextAttempt(task);
  }

  #verdicts(happenings: readonly Happening[]): Map<TaskNode, TaskOutcome | 'again'> {
    const results = new Map<TaskNode, TaskOutcome | 'again'>();
    for (const happening of happenings) {
      if (happening.kind !== 'verdict') continue;
      const state = this.#states.of(happening.task);
      if (state.status !== 'running' || state.attempt !== happening.attempt) continue;
      const task = this.#task(happening.task);
      const again = happening.verdict.kind === 'failed' && state.attempt < task.attemptsMax;
      results.set(task, again ? 'again' : happening.verdict);
    }
    return results;
  }

  #dueTasks(): readonly TaskNode[] {
    const due: TaskNode[] = [];
    for (let at = this.nextDeadline(); at !== undefined && at <= this.#at; at = this.nextDeadline()) {
      const deadline = this.#deadlines.pop();
      if (deadline !== undefined) due.push(deadline.task);
    }
    return due;
  }

  #settle(task: TaskNode, outcome: TaskOutcome): void {
    const state = this.#states.of(task.id);
    const watched = mayRecover(task, outcome);
    this.#end(task, outcome, watched);
    if (state.status === 'running') this.#running -= 1;
    if (outcome.kind === 'timed-out') this.#commands.push({ kind: 'stop', task });
    if (watched) this.#commands.push({ kind: 'watch', task });
    if (task.haltOnError && isError(outcome)) this.#halt(task, outcome);
    this.#free(this.#counts.settle(task));
  }

  // Of several that halt the run at one instant the first in file order is the culprit; a halt goes before a cancellation.
  #halt(task: TaskNode, outcome: TaskOutcome): void {
    const before = this.#cutShort;
    if (before?.kind === 'halted' && this.#order(this.#task(before.culprit)) < this.#order(task)) return;
    this.#cutShort = { kind: 'halted', culprit: task.id, superseded: outcome.kind === 'superseded' };
  }

  #end(task: TaskNode, outcome: TaskOutcome, watched: boolean): void {
    const state = this.#states.of(task.id);
    const startedAt = state.status === 'running' ? state.startedAt : null;
    this.#states.change(task.id, { status: 'settled', startedAt, settledAt: this.#at, outcome, watched });
    this.#events.push({ type: 'task-settled', at: this.#at, task: task.id, step: task.step, outcome });
    this.#steps.settleTask(task);
    this.#unsettled -= 1;
  }

  #free({ gates, tasks }: Freed): void {
    for (const gate of gates) this.#steps.settleGate(gate);
    for (const task of tasks) {
      if (this.#resumption.kept.has(task.id)) continue;
      this.#states.change(task.id, { status: 'ready' });
      this.#ready.push(task);
    }
  }

  #recoverTasks(happenings: readonly Happening[]): void {
    const healed = happenings
      .flatMap((happening) => (happening.kind === 'recovered' ? [this.#task(happening.task)] : []))
      .toSorted((left, right) => this.#order(left) - this.#order(right));
    for (const task of healed) {
      const state = this.#states.of(task.id);
      if (state.status !== 'settled' || !state.watched) continue;
      this.#states.change(task.id, { ...state, outcome: recovered(state.outcome), watched: false });
      this.#events.push({ type: 'task-recovered', at: this.#at, task: task.id });
    }
  }

  #goOn(): void {
    const cutShort = this.#unsettled > 0 || this.#cutShort?.kind === 'halted' ? this.#cutShort : undefined;
    if (cutShort !== undefined) this.#cutOffTheRest(cutShort);
    this.#events.push(...this.#steps.takeEvents(this.#at, { openings: cutShort === undefined }));
    if (this.#unsettled === 0) this.#finish(cutShort);
    else this.#startReadyTasks();
  }

  #startReadyTasks(): void {
    const { concurrency = Infinity } = this.#options;
    while (this.#running < concurrency) {
      const task = this.#ready.pop();
      if (task === undefined) return;
      const deadlineAt = this.#at + task.timeoutMs;
      this.#running += 1;
      this.#deadlines.push({ atMs: deadlineAt, order: this.#order(task), task });
      const { startedAt, attempt } = this.#resumption.running.get(task.id) ?? {
        startedAt: this.#at,
        attempt: 1,
      };
      this.#states.change(task.id, { status: 'running', startedAt, attempt, deadlineAt });
      this.#start(task, attempt);
    }
  }

  #startNextAttempt(task: TaskNode): void {
    const state = this.#states.of(task.id);
    if (state.status !== 'running') throw new Error(`Bug: ${task.id} is not running and is tried again.`);
    const attempt = state.attempt + 1;
    this.#states.change(task.id, { ...state, attempt });
    this.#start(task, attempt);
  }

  #start(task: TaskNode, attempt: number): void {
    this.#events.push({ type: 'task-started', at: this.#at, task: task.id, step: task.step, attempt });
    this.#commands.push({ kind: 'start', task, attempt });
  }

  #cutOffTheRest(cutShort: CutShort): void {
    for (const task of this.#plan.tasks) {
      const { status } = this.#states.of(task.id);
      if (status === 'settled') continue;
      this.#end(task, cutOff(status === 'running' ? 'cancelled' : 'skipped', cutShort), false);
      if (status === 'running') this.#commands.push({ kind: 'stop', task });
    }
  }

  #finish(cutShort: CutShort | undefined): void {
    const { allowDegraded = false } = this.#options;
    for (const task of this.#plan.tasks)
      if (this.#settledState(task.id).watched) this.#commands.push({ kind: 'unwatch', task });
    this.#settled = settleRun({
      plan: this.#plan,
      atMs: this.#at,
      stateOf: (task) => this.#settledState(task),
      cutShort,
      allowDegraded,
    });
    this.#events.push(this.#settled);
  }

  #settledState(task: TaskId): SettledTask {
    const state = this.#states.of(task);
    if (state.status !== 'settled') throw new Error(`Bug: the run has ended and ${task} is ${state.status}.`);
    return state;
  }

  #task(id: TaskId): TaskNode {
    const node = this.#plan.node(id);
    if (node.kind === 'gate') throw new Error(`Bug: ${id} is a gate, not a task.`);
    return node;
  }

  #order(task: TaskNode): number {
    return this.#orderOf.get(task.id) ?? 0;
  }
}
