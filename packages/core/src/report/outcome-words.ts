import type { RunOutcome, TaskOutcomeKind } from '../domain/outcome.js';
import type { Style } from './style.js';

/** The mark that stands before a task of each outcome; readable without colour. */
export const outcomeMarks: Readonly<Record<TaskOutcomeKind, string>> = {
  succeeded: '✓',
  unchanged: '=',
  recovered: '↻',
  failed: '✗',
  'timed-out': '⧖',
  superseded: '⇥',
  cancelled: '⊘',
  skipped: '–',
};

/** The outcomes in the order in which they are counted: good ones first. */
export const outcomeKinds = Object.keys(outcomeMarks) as readonly TaskOutcomeKind[];

/** `text` in the colour of an outcome. */
export function paintOutcome(style: Style, kind: TaskOutcomeKind | RunOutcome, text: string): string {
  switch (kind) {
    case 'succeeded':
      return style.green(text);
    case 'unchanged':
    case 'skipped':
      return style.dim(text);
    case 'recovered':
    case 'superseded':
    case 'cancelled':
    case 'degraded':
      return style.yellow(text);
    case 'failed':
    case 'timed-out':
    case 'halted':
      return style.red(text);
  }
}
