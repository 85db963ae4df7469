import type {
  Clock,
  EventSink,
  ObjectReference,
  RolledBackTask,
  RunEvent,
  RunSettled,
  TaskId,
} from '@flotilla/core';
import type { Cluster } from '../../cluster/cluster.js';
import { decodeJournal, encodeEnd, encodeTask, taskKey } from './journal-document.js';
import type { JournalTask } from './journal-document.js';

/** The journal of the run that is under way. */
export interface RunJournal {
  /** Follows the run. What happens is written soon after; a run does not wait for it. */
  readonly sink: EventSink;
  /** Waits until what is known of a task is written: at most some seconds, and no longer than until `signal` aborts. */
  written(task: TaskId, signal: AbortSignal): Promise<void>;
  /**
   * Write-ahead of a rollback: whoever resumes the run, should it be killed meanwhile, does these tasks again. False when
   * that could not be written within some seconds; nothing may be put back then.
   */
  takeBack(targets: readonly TakenBack[]): Promise<boolean>;
  /** Writes what is left and how the run ended. Never fails, and gives up after some seconds. */
  end(settled: Pick<RunSettled, 'outcome' | 'at' | 'rolledBack'>): Promise<void>;
  /** Stops without an end: for a run that broke. */
  stop(): void;
}

/** A task that is to be put back, and to which revision. */
export interface TakenBack {
  readonly task: TaskId;
  readonly revision: number;
}

export interface JournalWriterOptions {
  /** Writes only while the lock is held. */
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly reference: ObjectReference;
  /** Of the header as it was stored. */
  readonly resourceVersion: string;
  readonly run: string;
  readonly part: number;
  /** By what the header's last part is known to be this process's. */
  readonly process: string;
  /** How many tasks the run has. */
  readonly size: number;
  /** What the header was stored with: what is kept, and what ran before. */
  readonly entries: ReadonlyMap<TaskId, JournalTask>;
  /** Whether this process has changed an object of the task, or may have. */
  readonly hasChanged: (task: TaskId) => boolean;
  readonly redact: (text: string) => string;
  readonly onNote?: ((text: string) => void) | undefined;
}

const endPatienceMs = 5_000;
const retryMs = 1_000;

/**
 * Writes the progress of a run. One write is under way at a time, the next carries all that has come together, and a
 * big journal is written less often than a small one: so a run of a thousand tasks costs the API server no more than one
 * write a second, however fast they settle.
 */
export function createJournalWriter(options: JournalWriterOptions): RunJournal {
  return new JournalWriter(options);
}

class JournalWriter implements RunJournal {
  readonly #options: JournalWriterOptions;
  readonly #pauseMs: number;
  readonly #stopped = new AbortController();
  readonly #entries: Map<TaskId, JournalTask>;
  readonly #pending = new Map<string, string>();
  readonly #takenBack = new Set<TaskId>();
  readonly #writing: Promise<void>;
  #version: string;
  #arrival = new AbortController();
  #wrote = new AbortController();
  readonly #ending = new AbortController();
  #hasComplained = false;

  constructor(options: JournalWriterOptions) {
    this.#options = options;
    this.#version = options.resourceVersion;
    this.#entries = new Map(options.entries);
    this.#pauseMs = 200 + options.size;
    this.#writing = this.#writeUntilStopped();
  }

  readonly sink = (event: RunEvent): void => {
    const changed = this.#changedBy(event);
    if (changed === undefined) return;
    this.#entries.set(changed.task, changed.entry);
    this.#pending.set(taskKey(changed.task), encodeTask(changed.entry));
    this.#arrival.abort();
  };

  async takeBack(targets: readonly TakenBack[]): Promise<boolean> {
    for (const { task, revision } of targets) {
      this.#takenBack.add(task);
      this.#writeTakenBack(task, {
        reason: `to be rolled back to revision ${String(revision)}`,
        changed: true,
      });
    }
    this.#arrival.abort();
    await this.#until(() => this.#pending.size === 0);
    return this.#pending.size === 0;
  }

  written(task: TaskId, signal: AbortSignal): Promise<void> {
    return this.#until(() => !this.#pending.has(taskKey(task)), signal);
  }

  /** Looks again after each write. */
  async #until(isDone: () => boolean, signal: AbortSignal = this.#stopped.signal): Promise<void> {
    const { clock } = this.#options;
    const givesUpAt = clock.now() + endPatienceMs;
    const over = AbortSignal.any([signal, this.#stopped.signal]);
    while (!isDone() && !over.aborted && clock.now() < givesUpAt)
      await clock.until(givesUpAt, AbortSignal.any([over, this.#wrote.signal]));
  }

  async end({
    outcome,
    at,
    rolledBack = [],
  }: Pick<RunSettled, 'outcome' | 'at' | 'rolledBack'>): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    for (const each of rolledBack) this.#endTakenBack(each);
    for (const [key, value] of Object.entries(encodeEnd({ outcome, at }))) this.#pending.set(key, value);
    this.#ending.abort();
    this.#arrival.abort();
    const { clock } = this.#options;
    const over = new AbortController();
    void this.#writing.then(() => {
      over.abort();
    });
    await clock.until(clock.now() + endPatienceMs, over.signal);
    if (this.#pending.size > 0)
      this.#note('how the run ended could not be written down: --resume would look at every task again');
    this.stop();
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** What was put back, or begun to be, is to be done again by whoever resumes the run; what was not reached is as it was. */
  #endTakenBack({ task, revision, outcome }: RolledBackTask): void {
    const before = this.#entries.get(task);
    if (before === undefined || revision === null) return;
    if (outcome === null || outcome === 'skipped') {
      if (this.#takenBack.has(task)) this.#pending.set(taskKey(task), encodeTask(before));
      return;
    }
    const isBack = outcome === 'succeeded' || outcome === 'unchanged' || outcome === 'recovered';
    const reason = isBack
      ? `rolled back to revision ${String(revision)}`
      : `its rollback to revision ${String(revision)} ended as ${outcome}`;
    this.#writeTakenBack(task, { reason, ...(!isBack && { changed: true }) });
  }

  #writeTakenBack(task: TaskId, told: { readonly reason: string; readonly changed?: true }): void {
    const before = this.#entries.get(task);
    const { run, part } = this.#options;
    const { startedAt, settledAt } = before?.state === 'settled' ? before : { startedAt: null, settledAt: 0 };
    const by = before?.state === 'settled' ? { run: before.run, part: before.part } : { run, part };
    const entry: JournalTask = {
      state: 'settled',
      outcome: 'cancelled',
      startedAt,
      settledAt,
      ...by,
      ...told,
    };
    this.#pending.set(taskKey(task), encodeTask(entry));
  }

  #changedBy(event: RunEvent): { readonly task: TaskId; readonly entry: JournalTask } | undefined {
    switch (event.type) {
      case 'task-started': {
        const { task, at, attempt } = event;
        const startedAt = this.#entries.get(task)?.startedAt ?? at;
        return { task, entry: { state: 'running', startedAt, attempt } };
      }
      case 'task-settled':
        // What was kept has been written with the header.
        return event.kept === undefined ? this.#settledBy(event) : undefined;
      case 'task-recovered': {
        const before = this.#entries.get(event.task);
        if (before?.state !== 'settled') return undefined;
        // A later part may see what an earlier one has given up: then it is the later one that says so.
        const { run, part } = this.#options;
        return { task: event.task, entry: { ...before, outcome: 'recovered', run, part } };
      }
      case 'run-started':
      case 'run-settled':
      case 'step-opened':
      case 'step-settled':
      case 'task-progressed':
      case 'task-logged':
        return undefined;
    }
  }

  #settledBy({ task, at, outcome }: Extract<RunEvent, { type: 'task-settled' }>) {
    const { run, part, redact, hasChanged } = this.#options;
    const startedAt = this.#entries.get(task)?.startedAt ?? null;
    const reason = redact(outcome.reason);
    const entry: JournalTask = {
      state: 'settled',
      outcome: outcome.kind,
      reason,
      startedAt,
      settledAt: at,
      run,
      part,
      ...(hasChanged(task) && { changed: true }),
    };
    return { task, entry };
  }

  async #writeUntilStopped(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopped.signal.aborted) {
      if (this.#pending.size === 0) {
        if (this.#ending.signal.aborted) return;
        await clock.until(Infinity, AbortSignal.any([this.#arrival.signal, this.#stopped.signal]));
        this.#arrival = new AbortController();
        continue;
      }
      if (await this.#writePending()) await this.#letGather();
      else await clock.until(clock.now() + retryMs, this.#stopped.signal);
    }
  }

  /** At the end nothing more comes together, so nothing is waited for. */
  async #letGather(): Promise<void> {
    const { clock } = this.#options;
    if (this.#ending.signal.aborted) return;
    await clock.until(
      clock.now() + this.#pauseMs,
      AbortSignal.any([this.#ending.signal, this.#stopped.signal]),
    );
  }

  async #writePending(): Promise<boolean> {
    const { cluster, reference } = this.#options;
    const data = Object.fromEntries(this.#pending);
    const patch = { metadata: { resourceVersion: this.#version }, data };
    const written = await cluster.patch(reference, patch, { urgent: true, signal: this.#stopped.signal });
    if (written.ok) {
      this.#version = written.value.metadata.resourceVersion ?? '';
      // What has changed meanwhile is still to be written.
      for (const [key, value] of Object.entries(data))
        if (this.#pending.get(key) === value) this.#pending.delete(key);
      this.#wrote.abort();
      this.#wrote = new AbortController();
      return true;
    }
    if (written.failure.kind === 'status' && written.failure.code === 409) return await this.#lookAgain();
    if (written.failure.kind === 'status')
      this.#complain(`the journal cannot be written: ${written.failure.message}`);
    return false;
  }

  /** Our own write may have been stored and its answer lost; another run's journal is never written to. */
  async #lookAgain(): Promise<boolean> {
    const { cluster, reference, process } = this.#options;
    const found = await cluster.get(reference, this.#stopped.signal);
    if (!found.ok) return false;
    const journal = found.value === undefined ? undefined : decodeJournal(found.value);
    if (journal?.header.parts.at(-1)?.process === process) {
      this.#version = found.value?.metadata.resourceVersion ?? '';
      return true;
    }
    this.#complain('another run has begun its journal in the place of this one');
    this.stop();
    return false;
  }

  /** Of a write on the way, of which there are many. */
  #complain(text: string): void {
    if (!this.#hasComplained) this.#note(text);
    this.#hasComplained = true;
  }

  #note(text: string): void {
    this.#options.onNote?.(`Note: ${text}.`);
  }
}
