import type { Clock } from '../domain/clock.js';
import type { EventSink, RunSettled } from '../domain/event.js';
import type { Plan } from '../domain/plan.js';
import type { UnansweredWrite } from '../domain/outcome.js';
import type { TaskRunner } from '../domain/task-runner.js';
import { createSchedule, type ScheduleOptions } from '../schedule/schedule.js';
import type { Happening } from '../schedule/turn.js';
import { cancelReasonOf } from './cancel-reason.js';
import { createLiveTasks, type LiveTasks } from './live-tasks.js';

/** How a run is scheduled, and what drives it. */
export interface RunOptions extends ScheduleOptions {
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly sink: EventSink;
  /** Aborted to cancel the run; its reason must be a CancelReason. */
  readonly cancelled?: AbortSignal | undefined;
  /** Asked when every try has ended: which writes nobody answered. */
  readonly unanswered?: (() => readonly UnansweredWrite[]) | undefined;
}

/**
 * How long tries that were stopped have to end before the run is called settled without them: a little longer than a
 * running write is given to be answered (execution.md §5), so that what was not is known.
 */
const windDownMs = 6_000;

/**
 * Runs the plan to its end and returns the last event, after every try has ended or was given 6 s to. Failures of the
 * world are outcomes in the events; it rejects ("Bug: …") only when the runner rejects or the signal's reason is none,
 * and then everything is stopped first. Leaves no timers behind.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunSettled> {
  const inbox = createInbox();
  const begunAt = options.clock.now() - (options.resumption?.at ?? 0);
  const elapsedMs = (): number => Math.round(options.clock.now() - begunAt);
  const live = createLiveTasks({ ...options, begunAt, elapsedMs, tell: inbox.put, giveUp: inbox.fail });
  const stopListening = listenToCancellation(options.cancelled, inbox);
  try {
    return await driveSchedule(plan, { ...options, inbox, live, begunAt, elapsedMs });
  } catch (bug) {
    live.stopAll();
    await windDown(live, options.clock);
    throw bug;
  } finally {
    stopListening();
  }
}

interface Drive extends RunOptions {
  readonly inbox: Inbox;
  readonly live: LiveTasks;
  readonly begunAt: number;
  readonly elapsedMs: () => number;
}

async function driveSchedule(plan: Plan, drive: Drive): Promise<RunSettled> {
  const { inbox, live, clock, sink } = drive;
  const schedule = createSchedule(plan, drive);
  for (let at = drive.resumption?.at ?? 0; ; at = drive.elapsedMs()) {
    const { events, commands, settled } = schedule.advance(at, inbox.take());
    for (const event of events) if (event !== settled) sink(event);
    commands.forEach(live.perform);
    if (settled !== undefined) {
      await windDown(live, clock);
      inbox.throwFailure();
      const unanswered = drive.unanswered?.() ?? [];
      const told = unanswered.length === 0 ? settled : { ...settled, unanswered };
      sink(told);
      return told;
    }
    if (commands.length === 0) {
      const deadlineAt = drive.begunAt + (schedule.nextDeadline() ?? Infinity);
      await clock.until(deadlineAt, inbox.arrival());
    }
    // What else has happened at this instant belongs into the same turn.
    await clock.until(clock.now());
    inbox.throwFailure();
  }
}

async function windDown(live: LiveTasks, clock: Clock): Promise<void> {
  const ended = new AbortController();
  const allEnded = live.ended().then(() => {
    ended.abort();
  });
  await Promise.race([allEnded, clock.until(clock.now() + windDownMs, ended.signal)]);
}

/** What has happened since the schedule was told last. */
interface Inbox {
  readonly put: (happening: Happening) => void;
  /** The run cannot go on: our own bug. */
  readonly fail: (bug: Error) => void;
  take(): readonly Happening[];
  throwFailure(): void;
  /** Aborts as soon as there is something to take. */
  arrival(): AbortSignal;
}

function createInbox(): Inbox {
  let happenings: Happening[] = [];
  let failure: Error | undefined;
  let arrival = new AbortController();
  return {
    put: (happening) => {
      happenings.push(happening);
      arrival.abort();
    },
    fail: (bug) => {
      failure ??= bug;
      arrival.abort();
    },
    take: () => {
      const taken = happenings;
      happenings = [];
      arrival = new AbortController();
      return taken;
    },
    throwFailure: () => {
      if (failure !== undefined) throw failure;
    },
    arrival: () => arrival.signal,
  };
}

function listenToCancellation(signal: AbortSignal | undefined, inbox: Inbox): () => void {
  if (signal === undefined) return () => undefined;
  const cancel = (): void => {
    const reason = cancelReasonOf(signal);
    if (reason === undefined) inbox.fail(new Error('Bug: a run is cancelled with a CancelReason.'));
    else inbox.put({ kind: 'cancelled', reason });
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => {
    signal.removeEventListener('abort', cancel);
  };
}
