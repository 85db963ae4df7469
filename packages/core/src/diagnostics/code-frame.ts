import type { Severity } from './catalog.js';
import { displayCells, type DisplayCell } from './display-cell.js';
import type { Paint } from './paint.js';
import { lineText, positionAt, type SourceSpan } from './source.js';

/** Columns of a source line that are shown; longer lines are cut around the place. */
const columnsMax = 100;
const columnsBefore = 40;

interface FrameOptions {
  readonly paint: Paint;
  /** Colours the underline; without it the place is a related one. */
  readonly severity?: Severity;
}

/**
 * The line on which a span starts, with its number, and below it the span underlined, to the end of this line at
 * most. Two lines.
 */
export function renderFrame({ file, start, end }: SourceSpan, { paint, severity }: FrameOptions): string {
  const { line, column } = positionAt(file, start);
  const cells = displayCells(lineText(file, line));
  const from = column - 1;
  const window = cutAround(cells, from);
  const columnOf = (offset: number): number => widthOf(window.cells.filter((cell) => cell.offset < offset));
  const indent = columnOf(from) + window.before.length;
  const length = Math.max(1, columnOf(from + end - start) - columnOf(from));
  const gutter = String(line).padStart(5);
  const source = `${window.before}${window.cells.map(({ shown }) => shown).join('')}${window.after}`;
  const underline = (severity === undefined ? '-' : '^').repeat(length);
  const painted = severity === undefined ? paint.dim(underline) : paint[severity](underline);
  return [
    `${paint.dim(`${gutter} |`)} ${source}`.trimEnd(),
    `${paint.dim(`${' '.repeat(gutter.length)} |`)} ${' '.repeat(indent)}${painted}`,
  ].join('\n');
}

interface Window {
  readonly before: string;
  readonly cells: readonly DisplayCell[];
  readonly after: string;
}

function cutAround(cells: readonly DisplayCell[], offset: number): Window {
  if (widthOf(cells) <= columnsMax) return { before: '', cells, after: '' };
  const place = cells.findIndex((cell) => cell.offset >= offset);
  const first = Math.max(0, (place === -1 ? cells.length : place) - columnsBefore);
  let last = first;
  for (let width = 0; last < cells.length && width < columnsMax; last++) width += cells[last]?.width ?? 0;
  return {
    before: first > 0 ? '…' : '',
    cells: cells.slice(first, last),
    after: last < cells.length ? '…' : '',
  };
}

function widthOf(cells: readonly DisplayCell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
