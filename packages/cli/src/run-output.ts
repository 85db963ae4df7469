import {
  createPlainRenderer,
  eventToJson,
  foldRun,
  formatSummary,
  formatTaskLog,
  formatWaiting,
  groupSteps,
  type Diagnostic,
  type EventSink,
  type GroupSyntax,
  type RunEvent,
  type RunState,
} from '@flotilla/core';
import { wantsColor } from './color.js';
import type { Invocation } from './command.js';
import { openLiveScreen } from './live-screen.js';
import type { NextCommands } from './next-commands.js';
import type { Ports } from './ports.js';
import { printJson, printJsonLine } from './print-json.js';

const silenceMs = 10_000;

/** Where the events of a run go: what people see while it runs, and what is left on stdout at its end. */
export interface RunOutput {
  readonly sink: EventSink;
  /** True from the first event on: before it nothing has been written to the cluster. */
  hasBegun(): boolean;
  /** A line that people should see now, e.g. a warning of the API server. */
  readonly note: (text: string) => void;
  /** Prints the result and gives the terminal back. Idempotent; to be called also when the run was refused or broke. */
  readonly close: () => void;
}

/** Chooses by `--output`, `--quiet` and the terminal: a live view, plain lines, or JSON (with the plan's diagnostics). */
export function openRunOutput(
  invocation: Invocation,
  next: NextCommands,
  diagnostics: readonly Diagnostic[],
): RunOutput {
  const format = invocation.flags.value('output') ?? 'text';
  const progress = openProgress(invocation, format);
  let state: RunState | undefined;
  let closed = false;
  return {
    sink: (event) => {
      if (closed) return;
      state = foldRun(state, event);
      progress.sink(event);
      if (format === 'ndjson') printJsonLine(invocation.ports, eventToJson(event, diagnostics));
      if (format === 'json' && event.type === 'run-settled') printJson(invocation.ports, eventToJson(event));
    },
    hasBegun: () => state !== undefined,
    note: progress.note,
    close: () => {
      if (closed) return;
      closed = true;
      progress.close();
      if (format === 'text' && state?.settled !== undefined)
        printSummary({ invocation, state, next, reports: !progress.printedReports });
    },
  };
}

interface Progress {
  readonly sink: EventSink;
  readonly note: (text: string) => void;
  readonly close: () => void;
  /** True when failure reports have been printed as they happened. */
  readonly printedReports: boolean;
}

function openProgress(invocation: Invocation, format: string): Progress {
  const { flags, ports } = invocation;
  if (flags.has('quiet')) return silence(invocation);
  if (format === 'text' && redraws(ports)) return live(invocation);
  return plain(invocation, format === 'text' ? groupSyntaxOf(ports) : undefined);
}

/** A terminal that can move its cursor, with somebody who looks at it. */
function redraws({ stderr, environment }: Ports): boolean {
  return stderr.isTerminal && environment['TERM'] !== 'dumb' && !isSaid({ environment }, 'CI');
}

function isSaid({ environment }: Pick<Ports, 'environment'>, variable: string): boolean {
  const said = environment[variable];
  return said !== undefined && said !== '' && said !== 'false';
}

/** How the CI service that we run in folds lines. */
function groupSyntaxOf(ports: Ports): GroupSyntax | undefined {
  if (isSaid(ports, 'GITHUB_ACTIONS')) return 'github';
  return isSaid(ports, 'GITLAB_CI') ? 'gitlab' : undefined;
}

function silence({ ports }: Invocation): Progress {
  return {
    sink: () => undefined,
    note: (text) => {
      ports.stderr.write(`${text}\n`);
    },
    close: () => undefined,
    printedReports: false,
  };
}

function live({ flags, ports }: Invocation): Progress {
  const color = wantsColor(ports.stderr, flags, ports);
  const screen = openLiveScreen(ports.stderr, color);
  return {
    sink: (event) => {
      if (event.type === 'task-logged') screen.print(`${formatTaskLog(event, { color })}\n`);
      screen.sink(event);
    },
    note: (text) => {
      screen.print(`${text}\n`);
    },
    close: () => {
      screen.close();
    },
    printedReports: false,
  };
}

// Plain lines, and one every 10 s of silence that says what is waited for: a quiet CI log looks like a hang.
function plain({ flags, ports }: Invocation, groups: GroupSyntax | undefined): Progress {
  const write = (text: string) => {
    ports.stderr.write(text);
  };
  const color = wantsColor(ports.stderr, flags, ports);
  const lines = createPlainRenderer({ write, color, verbose: flags.has('verbose') });
  const render = groups === undefined ? lines : groupSteps(lines, { syntax: groups, write });
  let state: RunState | undefined;
  let begunAt = performance.now();
  const timer = setInterval(() => {
    if (state === undefined)
      write('still preparing: everything is rendered and checked before the first write\n');
    else if (state.settled === undefined) write(`${formatWaiting(state, performance.now() - begunAt)}\n`);
  }, silenceMs);
  return {
    sink: (event: RunEvent) => {
      if (event.type === 'run-started') begunAt = performance.now() - event.at;
      state = foldRun(state, event);
      timer.refresh();
      render(event);
    },
    note: (text) => {
      timer.refresh();
      write(`${text}\n`);
    },
    close: () => {
      clearInterval(timer);
    },
    printedReports: true,
  };
}

function printSummary({
  invocation,
  state,
  next,
  reports,
}: {
  invocation: Invocation;
  state: RunState;
  next: NextCommands;
  reports: boolean;
}): void {
  const { flags, ports } = invocation;
  const color = wantsColor(ports.stdout, flags, ports);
  const width = ports.stdout.isTerminal ? ports.stdout.columns : 80;
  ports.stdout.write(`${formatSummary(state, { color, width, reports, ...next })}\n`);
}
