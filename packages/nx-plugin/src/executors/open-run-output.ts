import type { EventSink, RunState } from '@flotilla/core';
import { wantsColor, type Say } from './print';

const silenceMs = 10_000;

/** What people see of a run. */
export interface RunOutput {
  readonly sink: EventSink;
  /** To be called at the end, also when the run was refused or broke. */
  close(): void;
}

/** The commands that the last lines offer. */
export interface NextCommands {
  readonly resumeCommand?: string;
  readonly removeCommand?: string;
}

/**
 * A line for each event, the result at the end, and after 10 s of silence what is waited for: a quiet CI log
 * looks like a hang.
 */
export async function openRunOutput(
  next: NextCommands,
  { verbose, say }: { readonly verbose: boolean; readonly say: Say },
): Promise<RunOutput> {
  const { createPlainRenderer, foldRun, formatSummary, formatWaiting } = await import('../runtime.mjs');
  const color = wantsColor();
  const render = createPlainRenderer({ write: say, color, verbose });
  let begunAt = performance.now();
  let state: RunState | undefined;
  const timer = setInterval(() => {
    if (state !== undefined && state.settled === undefined)
      say(`${formatWaiting(state, performance.now() - begunAt)}\n`);
  }, silenceMs);
  return {
    sink: (event) => {
      if (event.type === 'run-started') begunAt = performance.now() - event.at;
      state = foldRun(state, event);
      timer.refresh();
      render(event);
      if (state?.settled !== undefined) say(`${formatSummary(state, { color, reports: false, ...next })}\n`);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}
