import { isError, type TaskOutcomeKind } from '../domain/outcome.js';
import { objectName } from './failure-report.js';
import { fitText } from './fit-text.js';
import { formatDuration, formatElapsed } from './format-duration.js';
import { outcomeMarks, paintOutcome } from './outcome-words.js';
import type { TaskState } from './run-state.js';
import type { Style } from './style.js';
import { cutMiddle, joinPieces, oneLine, pad } from './text-layout.js';

export interface TaskLinesOptions {
  /** Milliseconds since the run began, now. */
  readonly atMs: number;
  /** Characters per line of the terminal. */
  readonly width: number;
  /** Columns for the names of tasks. */
  readonly nameWidth: number;
  /** How many lines more than one it may take. */
  readonly spare: number;
  readonly style: Style;
}

interface TaskWords {
  readonly mark: string;
  readonly paint: (text: string) => string;
  readonly told: string;
  readonly time: string;
  /** How many lines the text is worth. */
  readonly worth: number;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const spinnerFrameMs = 80;
const timeWidth = 7;
const indentation = 6;

/** A task in the live view: its mark, name, time and what it tells, on one line or, where a long text may, on more. */
export function liveTaskLines(task: TaskState, options: TaskLinesOptions): readonly string[] {
  const { width, nameWidth, spare } = options;
  const { mark, paint, told, time, worth } = describe(task, options);
  const [begins = '', ...rest] = fitText(told, {
    first: width - nameWidth - timeWidth - indentation - 1,
    rest: width - indentation,
    lines: Math.min(worth, 1 + spare),
  });
  const head = joinPieces(
    [
      { text: `  ${mark} `, paint },
      {
        text: pad(cutMiddle(oneLine(task.node.id), nameWidth), nameWidth),
        ...(task.status === 'waiting' && { paint }),
      },
      { text: ` ${time.padStart(timeWidth)}  ` },
      { text: begins, paint },
    ],
    width,
  );
  const others = rest.map((line) =>
    joinPieces([{ text: ' '.repeat(indentation) }, { text: line, paint }], width),
  );
  return [head, ...others];
}

function describe(task: TaskState, { atMs, style }: TaskLinesOptions): TaskWords {
  const { outcome, startedAt, settledAt } = task;
  if (outcome !== undefined) {
    const paint = (text: string) => paintOutcome(style, outcome.kind, text);
    const time =
      startedAt === undefined || settledAt === undefined ? '' : formatDuration(settledAt - startedAt);
    const reason = oneLine(outcome.reason);
    return {
      mark: outcomeMarks[outcome.kind],
      paint,
      told: tellOutcome(outcome.kind, reason),
      time,
      worth: isError(outcome) ? 4 : 1,
    };
  }
  if (startedAt === undefined) return { mark: '·', paint: style.dim, told: '', time: '', worth: 1 };
  const mark = spinner[Math.floor(atMs / spinnerFrameMs) % spinner.length] ?? '';
  const attempt = task.attempt > 1 ? `attempt ${task.attempt} of ${task.node.attemptsMax}: ` : '';
  return {
    mark,
    paint: style.blue,
    told: (attempt + tellProgress(task)).trimEnd(),
    time: formatElapsed(atMs - startedAt),
    worth: 2,
  };
}

// The mark of a success says the word already.
function tellOutcome(kind: TaskOutcomeKind, reason: string): string {
  if (reason === '') return kind;
  return kind === 'succeeded' ? reason : `${kind}: ${reason}`;
}

/** What it does, without what the line says already: the phase, the namespace, an object with the task's own name. */
function tellProgress({ node, progress }: TaskState): string {
  if (progress === undefined) return '';
  const message = oneLine(progress.message);
  const [object, ...others] = progress.objects ?? [];
  if (object === undefined || !message.startsWith(objectName(object))) return message;
  const rest = message.slice(objectName(object).length);
  return object.name === node.name && others.length === 0
    ? rest.replace(/^: /u, '')
    : `${oneLine(object.kind)} ${oneLine(object.name)}${rest}`;
}
