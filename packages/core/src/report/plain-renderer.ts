import type { EventSink, RunEvent } from '../domain/event.js';
import type { TaskId } from '../domain/ids.js';
import type { TaskOutcome } from '../domain/outcome.js';
import type { FinishedBy } from '../domain/resumption.js';
import { formatFailure } from './failure-report.js';
import { formatDuration, formatSeconds } from './format-duration.js';
import { paintOutcome } from './outcome-words.js';
import { createStyle, type Style } from './style.js';
import { formatLogged } from './task-log.js';
import { longestOf, oneLine, plural } from './text-layout.js';

export interface PlainRendererOptions {
  /** Is given whole lines, each with its line break. */
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Also what running tasks tell, and where steps settle. */
  readonly verbose?: boolean;
}

type TaskSettled = Extract<RunEvent, { type: 'task-settled' }>;

interface Lines {
  readonly style: Style;
  readonly verbose: boolean;
  /** Characters of the longest task id of the run. */
  taskWidth: number;
  readonly startedAt: Map<TaskId, number>;
}

/** A renderer for pipes and CI: a line for each event that matters, and the report of a failure when it happens. */
export function createPlainRenderer({ write, color, verbose = false }: PlainRendererOptions): EventSink {
  const lines: Lines = { style: createStyle(color), verbose, taskWidth: 0, startedAt: new Map() };
  return (event) => {
    for (const line of linesOf(lines, event)) write(`${line}\n`);
  };
}

function linesOf(lines: Lines, event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'run-started': {
      const { plan, cluster, part } = event;
      lines.taskWidth = longestOf(plan.tasks.map(({ id }) => id));
      const size = `${plural(plan.tasks.length, 'task')} in ${plural(plan.steps.length, 'step')}`;
      return [
        stamped(
          lines,
          event,
          `${oneLine(plan.name)} · ${oneLine(plan.workflow)} on ${oneLine(cluster)}: ${size}${part === undefined ? '' : `, part ${part} of the run`}`,
        ),
      ];
    }
    case 'step-opened':
      return [stamped(lines, event, lines.style.bold(`step ${oneLine(event.step)} opens`))];
    case 'step-settled':
      return lines.verbose ? [stamped(lines, event, `step ${oneLine(event.step)} has settled`)] : [];
    case 'task-started':
      return startedLines(lines, event);
    case 'task-progressed':
      return lines.verbose
        ? [taskLine(lines, event, lines.style.dim(`${event.phase}: ${oneLine(event.message)}`))]
        : [];
    case 'task-logged':
      return [taskLine(lines, event, formatLogged(event, lines.style))];
    case 'task-settled':
      return settledLines(lines, event);
    case 'task-recovered':
      return [taskLine(lines, event, paintOutcome(lines.style, 'recovered', 'recovered'))];
    case 'run-settled':
      return [
        stamped(
          lines,
          event,
          paintOutcome(
            lines.style,
            event.outcome,
            `run ${event.outcome} after ${formatDuration(event.durationMs)}`,
          ),
        ),
      ];
  }
}

function startedLines(lines: Lines, event: Extract<RunEvent, { type: 'task-started' }>): readonly string[] {
  if (!lines.startedAt.has(event.task)) lines.startedAt.set(event.task, event.at);
  return [taskLine(lines, event, event.attempt > 1 ? `attempt ${event.attempt} started` : 'started')];
}

function settledLines(lines: Lines, event: TaskSettled): readonly string[] {
  const { outcome, kept } = event;
  if (kept !== undefined) return [taskLine(lines, event, lines.style.dim(keptText(outcome, kept)))];
  const startedAt = lines.startedAt.get(event.task);
  const after = startedAt === undefined ? '' : ` after ${formatDuration(event.at - startedAt)}`;
  const told = outcome.reason === '' ? '' : `: ${oneLine(outcome.reason)}`;
  const line = taskLine(
    lines,
    event,
    paintOutcome(lines.style, outcome.kind, `${outcome.kind}${after}`) + told + culpritOf(outcome),
  );
  const report = 'evidence' in outcome ? formatFailure(outcome.evidence, lines.style, outcome.reason) : [];
  return [line, ...report.map((one) => `${' '.repeat(11)}${one}`)];
}

function keptText(outcome: TaskOutcome, { run, part }: FinishedBy): string {
  return `kept: ${outcome.kind} in part ${part} of run ${oneLine(run)}: ${oneLine(outcome.reason)}`;
}

function culpritOf(outcome: TaskOutcome): string {
  return 'culprit' in outcome && !outcome.reason.includes(outcome.culprit)
    ? ` (because of ${outcome.culprit})`
    : '';
}

function taskLine(lines: Lines, event: { readonly at: number; readonly task: TaskId }, text: string): string {
  return stamped(lines, event, `${lines.style.cyan(event.task.padEnd(lines.taskWidth))}  ${text}`);
}

function stamped({ style }: Lines, { at }: { readonly at: number }, text: string): string {
  return `${style.dim(formatSeconds(at).padStart(9))}  ${text}`;
}
